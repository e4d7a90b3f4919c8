import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Request } from '../protocol/request.ts';

export interface NameSets {
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
}

const NONE: NameSets = { filters: {}, views: {} };

/** Where saved names outlive the process: one file, for people to read and mend, which is written whole or not at all. */
export class NamesFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** A file that is none of ours is for whoever starts the notifier to mend, as the configuration is. */
  read(): NameSets {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return NONE;
      throw new PanelcastError('bad-config', `${this.#file} cannot be read (${codeOf(error)})`, { cause: error });
    }
    try {
      return namesOf(JSON.parse(text));
    } catch (error) {
      throw new PanelcastError(
        'bad-config',
        `${this.#file} is damaged: ${(error as Error).message}; mend it, or move it away to start without saved names`,
        { cause: error },
      );
    }
  }

  write(names: NameSets): void {
    const next = `${this.#file}.new`;
    try {
      writeFileSync(next, `${JSON.stringify(names, null, 2)}\n`, { flush: true });
      renameSync(next, this.#file);
    } catch (error) {
      letGo(next);
      throw refusalOf(error, this.#file);
    }
  }
}

/** What was written of it takes the room that is missing; where even that fails, the first cause is what counts. */
function letGo(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // told as what it comes from
  }
}

function refusalOf(error: unknown, file: string): PanelcastError {
  const options = { cause: error, retryAfterMs: 5000 };
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new PanelcastError(
      'storage-full',
      `the disk of ${file} is full; the name was not saved. Free space and save it again`,
      options,
    );
  return new PanelcastError(
    'storage-failed',
    `${file} cannot be written (${code ?? (error as Error).message}); the name was not saved`,
    options,
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function namesOf(parsed: unknown): NameSets {
  const { filters, views } = section(parsed, 'it');
  for (const [name, filter] of Object.entries(section(filters, 'filters')))
    if (typeof filter !== 'string') throw new Error(`filters.${name} is not the text of a filter`);
  for (const [name, request] of Object.entries(section(views, 'views'))) section(request, `views.${name}`);
  return { filters, views } as NameSets;
}

function section(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is not an object, and the file must be of the form {"filters": {…}, "views": {…}}`);
}
