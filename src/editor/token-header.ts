import type { DataSourceSettings } from '@grafana/data';
import type { PanelcastOptions } from '../types.ts';

export type Settings = DataSourceSettings<PanelcastOptions, Record<string, string>>;

/**
 * The notifier's token is a custom HTTP header of Grafana's own kind: stored encrypted, put on by the server to every
 * request of the data source's proxy, the upgrade to a WebSocket among them, and never sent to a browser. A route of
 * plugin.json could do it too, but only below one path, and it would be a second way to provision the same.
 */
export interface TokenHeader {
  /** n of httpHeaderName{n} and httpHeaderValue{n}. */
  readonly index: number;
  readonly isStored: boolean;
  /** Typed, but not saved yet; without "Bearer". */
  readonly typed: string | undefined;
}

const NAME = 'httpHeaderName';
const VALUE = 'httpHeaderValue';
const HEADER = 'Authorization';

export function isAuthorization(name: string): boolean {
  return name.toLowerCase() === HEADER.toLowerCase();
}

export function readToken({ jsonData, secureJsonData = {}, secureJsonFields = {} }: Settings): TokenHeader {
  const names = new Map(
    Object.entries(jsonData).flatMap(([key, name]) =>
      key.startsWith(NAME) && typeof name === 'string' ? [[Number(key.slice(NAME.length)), name] as const] : [],
    ),
  );
  const index = [...names].find(([, name]) => isAuthorization(name))?.[0] ?? firstFree(names);
  const isOurs = isAuthorization(names.get(index) ?? '');
  return {
    index,
    isStored: isOurs && secureJsonFields[VALUE + index] === true,
    typed: isOurs ? secureJsonData[VALUE + index]?.replace(/^Bearer +/i, '') : undefined,
  };
}

function firstFree(names: ReadonlyMap<number, string>): number {
  let index = 1;
  while (names.has(index)) index++;
  return index;
}

/** People paste tokens with and without "Bearer", and with the line's end. */
export function withToken(settings: Settings, typed: string): Settings {
  const { index } = readToken(settings);
  const token = typed.trim().replace(/^Bearer\s+/i, '');
  return {
    ...settings,
    jsonData: { ...settings.jsonData, [NAME + index]: HEADER },
    secureJsonData: { ...settings.secureJsonData, [VALUE + index]: `Bearer ${token}` },
  };
}

/** Without any: the header would go out empty. */
export function withoutToken(settings: Settings): Settings {
  const { index } = readToken(settings);
  const { [VALUE + index]: _value, ...secureJsonData } = settings.secureJsonData ?? {};
  const { [NAME + index]: _name, ...jsonData } = settings.jsonData as Record<string, unknown>;
  return {
    ...settings,
    jsonData,
    secureJsonData,
    secureJsonFields: { ...settings.secureJsonFields, [VALUE + index]: false },
  };
}
