import './boot/grafana-window.ts';
import { injectGlobal } from '@emotion/css';
import { ThemeContext } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { setDataSourceSrv } from '@grafana/runtime';
import { loadResources } from '@grafana/scenes';
import { Alert, GlobalStyles, PortalContainer } from '@grafana/ui';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadPlugin } from './boot/plugin-loader.ts';
import { fillRegistries } from './boot/registries.ts';
import { installServices } from './boot/services.ts';
import { chooseTheme } from './boot/theme.ts';
import { HistoryRouter } from './page/HistoryRouter.tsx';
import { followInternalLinks } from './page/internal-links.ts';
import { PageModals } from './page/PageModals.tsx';
import { PageToasts } from './page/PageToasts.tsx';
import { PreviewPage } from './page/PreviewPage.tsx';
import { TokenDialog } from './page/TokenDialog.tsx';
import { installDataSources } from './services/installed-data-sources.ts';
import { NotifierDoor } from './services/notifier-door.ts';

const theme = chooseTheme();
injectGlobal({ body: { margin: 0 } });
const root = createRoot(document.getElementById('page')!);

function show(content: ReactNode): void {
  root.render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      {content}
      <PortalContainer />
    </ThemeContext.Provider>,
  );
}

async function start(): Promise<void> {
  await initPluginTranslations('grafana');
  await initPluginTranslations('grafana-scenes', [loadResources]);
  fillRegistries();
  followInternalLinks();
  const door = new NotifierDoor();
  await door.knock();
  if (door.why !== undefined) return show(<TokenDialog door={door} />);
  installServices(door);
  setDataSourceSrv(installDataSources(await loadPlugin(new URL('plugin/', document.baseURI).href), door));
  show(
    <HistoryRouter>
      <PreviewPage />
      <PageModals />
      <PageToasts />
      <TokenDialog door={door} />
    </HistoryRouter>,
  );
}

start().catch((error: unknown) => {
  show(
    <Alert severity="error" title="The preview could not start">
      {error instanceof Error ? error.message : String(error)}
    </Alert>,
  );
});
