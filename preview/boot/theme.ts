import { createTheme, type GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';
import { THEME } from './grafana-window.ts';
import { TYPEFACE, TYPEFACE_MONO } from './typeface.ts';

export function chooseTheme(): GrafanaTheme2 {
  const theme = createTheme({
    colors: { mode: THEME },
    typography: { fontFamily: TYPEFACE, fontFamilyMonospace: TYPEFACE_MONO },
  });
  config.theme2 = theme;
  config.theme = theme.v1;
  return theme;
}
