/** The plugin.json that Grafana reads: src/plugin.json with the version and the day of the build filled in. */
export interface PluginManifest {
  readonly id: string;
  readonly info: { readonly version: string; readonly updated: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export function fillManifest(template: string, version: string, day: string): PluginManifest {
  return JSON.parse(template.replaceAll('%VERSION%', version).replaceAll('%TODAY%', day)) as PluginManifest;
}
