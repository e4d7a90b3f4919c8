import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Request } from '../protocol/request.ts';

export interface NameSets {
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
}

export type NameKind = keyof NameSets;

export interface NamesOptions {
  /** Of the configuration: they win over saved ones, and are not changed here. */
  readonly configured: NameSets;
  /** Where saved names are; absent when nothing outlives the process. */
  readonly file: string | undefined;
}

/** A word that a filter can refer to as @name. */
const NAME = /^[A-Za-z_][\w-]{0,99}$/;

/** Named filters and views: those of the configuration, and those that operators save while it runs. */
export class Names {
  readonly #configured: NameSets;
  readonly #file: string | undefined;
  #saved: NameSets = { filters: {}, views: {} };

  constructor({ configured, file }: NamesOptions) {
    this.#configured = configured;
    this.#file = file;
    if (file !== undefined) this.#saved = readNames(file);
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
    if (!NAME.test(name))
      throw new PanelcastError(
        'bad-request',
        `the name "${name}" must begin with a letter and have only letters, digits, _ and -`,
      );
    if (Object.hasOwn(this.#configured[kind], name))
      throw new PanelcastError('conflict', `"${name}" is set in the configuration file; change it there`);
    const before = this.#saved;
    const { [name]: known, ...others } = before[kind];
    if (value === undefined && known === undefined) throw unknownName(kind, name, Object.keys(before[kind]));
    this.#saved = { ...before, [kind]: value === undefined ? others : { ...others, [name]: value } };
    try {
      check();
      this.#write();
    } catch (error) {
      this.#saved = before;
      throw error;
    }
  }

  #write(): void {
    if (this.#file === undefined) return;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#saved, null, 2)}\n`, { flush: true });
    renameSync(`${this.#file}.new`, this.#file);
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

function readNames(file: string): NameSets {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { filters: {}, views: {} };
    throw error;
  }
  try {
    return namesOf(JSON.parse(text));
  } catch (error) {
    throw new PanelcastError(
      'storage-damaged',
      `${file} is damaged: ${(error as Error).message}; mend it, or move it away to start without saved names`,
      { cause: error },
    );
  }
}

function namesOf(parsed: unknown): NameSets {
  const { filters, views } = record(parsed);
  if (Object.values(record(filters)).some(text => typeof text !== 'string')) throw new Error('a filter is no text');
  for (const request of Object.values(record(views))) record(request);
  return { filters, views } as NameSets;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('it is not of the form {"filters": {…}, "views": {…}}');
}
