/**
 * In the page: a panel that has shown something goes on showing something. `watchCalm()` begins to look; from then on a
 * blank, an empty or a loading panel in any painted frame is a fault.
 */
declare global {
  interface Window {
    watchCalm(): void;
  }
}

function whatIsWrong(panel: HTMLElement): string | undefined {
  if (panel.querySelector('[aria-label="Panel loading bar"]')) return 'says that it is loading';
  const shown = window.watch.content(panel);
  if (shown === undefined || (shown.textContent.trim() === '' && !shown.querySelector('canvas'))) return 'is blank';
  if (shown.textContent.trim() === 'No data') return 'has no data';
  return undefined;
}

window.watchCalm = () => {
  const settled = new Set<string>();
  window.watch.look(() => {
    const { dashboard = '' } = Object.fromEntries(new URLSearchParams(location.search));
    for (const panel of window.watch.panels()) {
      const name = `${dashboard} ${panel.dataset.vizPanelKey}`;
      const wrong = whatIsWrong(panel);
      if (wrong === undefined) settled.add(name);
      else if (settled.has(name)) window.watch.fault(`${name} ${wrong}`);
    }
  });
};

export {};
