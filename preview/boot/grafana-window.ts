/**
 * What Grafana's server writes into the page before any script: @grafana/runtime reads it while its modules load, so
 * this module is imported before every other.
 */
export const GRAFANA_VERSION = '13.2.2';
export const THEME = new URLSearchParams(location.search).get('theme') === 'light' ? 'light' : 'dark';

const base = new URL('./', location.href).pathname;

Object.assign(window, {
  __grafana_public_path__: base,
  grafanaBootData: {
    settings: {
      appUrl: location.origin + base,
      appSubUrl: '',
      buildInfo: { version: GRAFANA_VERSION, commit: '', env: 'production', edition: 'Open Source' },
      featureToggles: {},
      disableSanitizeHtml: false,
    },
    user: { theme: THEME, language: 'en-US', timezone: 'browser', orgRole: 'Editor', isSignedIn: true },
    navTree: [],
  },
});
