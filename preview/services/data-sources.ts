import type {
  DataSourceApi,
  DataSourceInstanceSettings,
  DataSourceJsonData,
  DataSourceRef,
  ScopedVars,
} from '@grafana/data';
import type { DataSourceSrv, GetDataSourceListFilters } from '@grafana/runtime';

export interface InstalledDataSource {
  readonly settings: DataSourceInstanceSettings<DataSourceJsonData>;
  readonly api: DataSourceApi;
}

type Ref = DataSourceRef | string | null | undefined;

/** The data sources of the page. A ref is a uid, a name, or an object with a uid; none means the first. */
export class PageDataSources implements DataSourceSrv {
  readonly #installed: readonly InstalledDataSource[];

  constructor(installed: readonly InstalledDataSource[]) {
    this.#installed = installed;
  }

  async get(ref?: Ref, _scoped?: ScopedVars): Promise<DataSourceApi> {
    const found = this.#find(ref);
    if (found) return found.api;
    throw new Error(`Data source ${nameOf(ref)} was not found; the preview has ${this.#names()}`);
  }

  getInstanceSettings(ref?: Ref): DataSourceInstanceSettings | undefined {
    return this.#find(ref)?.settings;
  }

  getList(filters: GetDataSourceListFilters = {}): DataSourceInstanceSettings[] {
    const all = this.#installed.map(source => source.settings);
    return all.filter(
      settings =>
        (filters.pluginId === undefined || settings.meta.id === filters.pluginId) &&
        (filters.type === undefined || [filters.type].flat().includes(settings.type)) &&
        (filters.filter?.(settings) ?? true),
    );
  }

  async reload(): Promise<void> {}

  registerRuntimeDataSource(): void {
    throw new Error('The preview knows no runtime data sources');
  }

  #find(ref: Ref): InstalledDataSource | undefined {
    const id = typeof ref === 'string' ? ref : ref?.uid;
    if (id === undefined || id === '') return this.#installed[0];
    return this.#installed.find(({ settings }) => settings.uid === id || settings.name === id);
  }

  #names(): string {
    return this.#installed.map(source => source.settings.uid).join(', ');
  }
}

function nameOf(ref: Ref): string {
  return typeof ref === 'string' ? ref : (ref?.uid ?? 'default');
}
