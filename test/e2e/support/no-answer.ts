import type { BrowserContext } from 'playwright-core';

/** Whatever the page asks is asked of a table that there is not. */
export async function refusingEveryQuery(context: BrowserContext): Promise<void> {
  await context.routeWebSocket(/\/api\/live/, socket => {
    const notifier = socket.connectToServer();
    socket.onMessage(text => notifier.send(String(text).replaceAll('"request":{', '"request":{"table":"evnts",')));
  });
  await context.route('**/api/query', route => {
    const asked = JSON.parse(route.request().postData() ?? '{}');
    return route.continue({ postData: JSON.stringify({ ...asked, table: 'evnts' }) });
  });
}

/** The page was loaded; from then on there is nobody. */
export async function notifierGone(context: BrowserContext): Promise<void> {
  await context.routeWebSocket(/\/api\/live/, socket => socket.close({ code: 1011 }));
  await context.route(/\/(api\/|metrics$)/, route => route.abort());
}
