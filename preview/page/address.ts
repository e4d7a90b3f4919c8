import { locationService } from '@grafana/runtime';

/** The page's own parameters; all others belong to the dashboard's time range and variables. */
export interface Place {
  readonly dashboard: string | null;
  /** The id of the panel whose query is edited. */
  readonly editPanel: string | null;
}

export function placeOf(search: string): Place {
  const params = new URLSearchParams(search);
  return { dashboard: params.get('dashboard'), editPanel: params.get('editPanel') };
}

/** The present address with some parameters changed; null takes one away. */
export function addressWith(changes: Readonly<Record<string, string | null>>): string {
  const params = new URLSearchParams(locationService.getSearch());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name);
    else params.set(name, value);
  }
  return `?${params}`;
}
