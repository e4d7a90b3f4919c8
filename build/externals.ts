/**
 * What Grafana hands to a plugin at run time instead of the plugin bringing its own copy: the names under which its
 * loader shares modules. A second React or @grafana/data in the bundle would break hooks and registries.
 */
export const EXTERNALS = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'i18next',
  'lodash',
  'moment',
  'react',
  'react-dom',
  'react-i18next',
  'react-router',
  'react/jsx-dev-runtime',
  'react/jsx-runtime',
  'rxjs',
  'rxjs/operators',
] as const;
