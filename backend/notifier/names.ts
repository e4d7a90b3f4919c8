import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Request } from '../protocol/request.ts';
import { type NameSets, NamesFile } from './names-file.ts';

export type NameKind = keyof NameSets;

export interface NamesOptions {
  /** Of the configuration: they win over saved ones, and are not changed here. */
  readonly configured: NameSets;
  /** Where saved names are; absent when nothing outlives the process. */
  readonly file: string | undefined;
}

/** A word that a filter can refer to as @name, which ends where it has no letter any more. */
const NAME = /^[A-Za-z_](?:[\w-]{0,98}\w)?$/;

/** One rule for names, wherever they are given. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new PanelcastError(
    'bad-request',
    `the name "${name}" must begin with a letter and have only letters, digits, _ and -, at most 100 and no - at the end`,
  );
}

/** Named filters and views: those of the configuration, and those that operators save while it runs. */
export class Names {
  readonly #configured: NameSets;
  readonly #file: NamesFile | undefined;
  #saved: NameSets = { filters: {}, views: {} };

  constructor({ configured, file }: NamesOptions) {
    this.#configured = configured;
    this.#file = file === undefined ? undefined : new NamesFile(file);
    if (this.#file !== undefined) this.#saved = this.#file.read();
  }

  get all(): NameSets {
    return {
      filters: { ...this.#saved.filters, ...this.#configured.filters },
      views: { ...this.#saved.views, ...this.#configured.views },
    };
  }

  filter(name: string): string | undefined {
    return own(this.#configured.filters, name) ?? own(this.#saved.filters, name);
  }

  view(name: string): Request | undefined {
    return own(this.#configured.views, name) ?? own(this.#saved.views, name);
  }

  /**
   * Saves a name, or forgets it where there is no value. `check` sees the names as they would be; where it throws, or the
   * file cannot be written, they are what they were.
   */
  change<K extends NameKind>(kind: K, name: string, value: NameSets[K][string] | undefined, check = () => {}): void {
    checkName(name);
    if (Object.hasOwn(this.#configured[kind], name))
      throw new PanelcastError('conflict', `"${name}" is set in the configuration file; change it there`);
    const before = this.#saved;
    if (value === undefined && !Object.hasOwn(before[kind], name))
      throw unknownName(kind, name, Object.keys(before[kind]));
    const { [name]: _former, ...others } = before[kind];
    this.#saved = { ...before, [kind]: value === undefined ? others : { ...others, [name]: value } };
    try {
      check();
      this.#file?.write(this.#saved);
    } catch (error) {
      this.#saved = before;
      throw error;
    }
  }
}

function own<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

function unknownName(kind: NameKind, name: string, known: readonly string[]): PanelcastError {
  const meant = nearest(name, known);
  const what = kind === 'filters' ? 'filter' : 'view';
  return new PanelcastError(
    'not-found',
    `no saved ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
  );
}
