import { nearest } from '../../lib/nearest.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { FILTER_CHARS_MAX } from '../../sql/limits.ts';

/** Reads a JSON object that somebody sent. Every fault is named by its path: `open.request.metrics[1].fn must be …`. */
export class Fields {
  readonly #path: string;
  readonly #object: Readonly<Record<string, unknown>>;

  private constructor(object: Readonly<Record<string, unknown>>, path: string) {
    this.#object = object;
    this.#path = path;
  }

  /** `known` are all fields that such an object may have. */
  static of(value: unknown, path: string, known: readonly string[]): Fields {
    if (!isObject(value)) throw fault(path, `must be an object, not ${kindOf(value)}`);
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      throw fault(path, `has no field "${clip(name)}"; ${meant ? `did you mean "${meant}"?` : fieldsAmong(known)}`);
    }
    return new Fields(value, path);
  }

  has(name: string): boolean {
    return this.#object[name] !== undefined;
  }

  value(name: string): unknown {
    return this.#object[name];
  }

  at(name: string): string {
    return `${this.#path}.${name}`;
  }

  text(name: string): string {
    const value = this.#needed(name, 'a string');
    if (typeof value !== 'string') throw this.#wrong(name, 'a string', value);
    if (value.length > TEXT_MAX) throw fault(this.at(name), `must have at most ${TEXT_MAX} characters`);
    return value;
  }

  /** A name that is repeated in answers and kept: short and never empty. */
  name(name: string): string {
    const value = this.text(name);
    if (value.length === 0 || value.length > NAME_MAX)
      throw fault(this.at(name), `must have 1 to ${NAME_MAX} characters, not ${value.length}`);
    return value;
  }

  /** A whole number from `min` on. */
  whole(name: string, min: number): number {
    const wanted = `a whole number from ${min}`;
    const value = this.#needed(name, wanted);
    if (!Number.isSafeInteger(value) || (value as number) < min) throw this.#wrong(name, wanted, value);
    return value as number;
  }

  flag(name: string): boolean {
    const value = this.#needed(name, 'true or false');
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false', value);
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.#needed(name, oneOf(choices));
    const chosen = choices.find(choice => choice === value);
    if (chosen !== undefined) return chosen;
    const meant = typeof value === 'string' && choices.length > 1 ? nearest(value, choices) : undefined;
    throw fault(this.at(name), `must be ${oneOf(choices)}${meant ? `; did you mean "${meant}"?` : ''}`);
  }

  list<T>(name: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.#needed(name, 'a list');
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list', value);
    if (value.length > LIST_MAX)
      throw fault(this.at(name), `must have at most ${LIST_MAX} entries, not ${value.length}`);
    return value.map((entry, index) => read(entry, `${this.at(name)}[${index}]`));
  }

  /** The fields that are there, read by their readers; absent ones stay absent. */
  optional<T>(readers: { readonly [K in keyof T]-?: (name: string) => T[K] }): Partial<T> {
    const read: Partial<T> = {};
    for (const name in readers) if (this.has(name)) read[name] = readers[name](name);
    return read;
  }

  #needed(name: string, wanted: string): unknown {
    const value = this.#object[name];
    if (value === undefined) throw fault(this.at(name), `is missing; it must be ${wanted}`);
    return value;
  }

  #wrong(name: string, wanted: string, value: unknown): PanelcastError {
    return fault(this.at(name), `must be ${wanted}, not ${kindOf(value)}`);
  }
}

/** A filter of some thousand characters is long; one of a megabyte is an attack. */
const TEXT_MAX = FILTER_CHARS_MAX;
const NAME_MAX = 200;
const LIST_MAX = 1000;

export function readText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw fault(path, `must be a string, not ${kindOf(value)}`);
  return value;
}

export function readNumber(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw fault(path, `must be a number, not ${kindOf(value)}`);
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fault(path: string, message: string): PanelcastError {
  return new PanelcastError('bad-request', `${path} ${message}`);
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
}

function fieldsAmong(known: readonly string[]): string {
  return known.length === 0 ? 'there are none' : `there is ${known.join(', ')}`;
}

/** Of what was sent only the kind is repeated, and short words: it may be anything. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'string') return `"${clip(value)}"`;
  return typeof value === 'object' ? 'an object' : String(value);
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
