import { isIP } from 'node:net';
import { formatDuration, formatSize, parseDuration, parseSize } from '../lib/quantity.ts';

/**
 * One option: how its text is read, and everything said about it anywhere. `parse` throws an Error whose message says
 * what would be right; the caller adds where the value came from.
 */
export interface Option<T> {
  readonly kind: string;
  readonly default: T;
  readonly defaultText: string;
  readonly sentence: string;
  readonly secret: boolean;
  /** Structured: in the file only, without a flag or a variable. */
  readonly section: boolean;
  parse(raw: unknown): T;
}

interface Words<T> {
  readonly default: T;
  readonly sentence: string;
}

function scalar<T>(kind: string, words: Words<T>, read: (text: string) => T | undefined, right: string): Option<T> {
  return {
    kind,
    default: words.default,
    defaultText: words.default === undefined ? '' : String(words.default),
    sentence: words.sentence,
    secret: false,
    section: false,
    parse(raw) {
      const value =
        typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' ? read(String(raw)) : undefined;
      if (value === undefined) throw new Error(`must be ${right}, not ${JSON.stringify(raw)}`);
      return value;
    },
  };
}

export function text<T extends string | undefined>(words: Words<T>): Option<string | T> {
  const read = (value: string) => (value === '' ? undefined : value);
  return strict(scalar<string | T>('text', words, read, 'a text that is not empty'));
}

/** An IP address, or a name that is none of the wrong ones: the last part of a name is not a number. */
export function address(words: Words<string>): Option<string> {
  const read = (value: string) =>
    isIP(value) !== 0 || /^(?:[\w-]+\.)*(?!\d+$)[\w-]+\.?$/.test(value) ? value : undefined;
  return strict(scalar('address', words, read, 'an address such as 127.0.0.1, or the name of one'));
}

/** A number where a text belongs is most likely meant for another option. */
function strict<T>(option: Option<T>): Option<T> {
  const read = option.parse.bind(option);
  const parse = (raw: unknown): T => {
    if (typeof raw === 'string') return read(raw);
    throw new Error(`must be a text (quote it in the file), not ${JSON.stringify(raw)}`);
  };
  return { ...option, parse };
}

export function secret(words: Words<undefined>): Option<string | undefined> {
  const option = scalar<string | undefined>(
    'secret',
    words,
    value => (value.trim() === '' ? undefined : value.trim()),
    'a text that is not empty',
  );
  const read = option.parse.bind(option);
  const parse = (raw: unknown): string | undefined => {
    if (typeof raw === 'string') return read(raw);
    throw new Error('must be a text (quote it in the file)'); // never repeats the value
  };
  return { ...option, secret: true, parse };
}

export function integer(words: Words<number> & { min: number; max: number }): Option<number> {
  const { min, max } = words;
  const read = (value: string) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined;
  return scalar('integer', words, read, `a whole number from ${min} to ${max}`);
}

export function boolean(words: Words<boolean>): Option<boolean> {
  const known: Readonly<Record<string, boolean>> = {
    true: true,
    yes: true,
    on: true,
    '1': true,
    false: false,
    no: false,
    off: false,
    '0': false,
  };
  return scalar('boolean', words, value => known[value.toLowerCase()], 'true or false');
}

export function duration(words: Words<number> & { min: number; max: number }): Option<number> {
  const { min, max } = words;
  const read = (value: string) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
  };
  const option = scalar(
    'duration',
    words,
    read,
    `a duration from ${formatDuration(min)} to ${formatDuration(max)} such as 500ms, 5s or 1m30s`,
  );
  return { ...option, defaultText: formatDuration(words.default) };
}

export function size(words: Words<number> & { min: number; max: number }): Option<number> {
  const { min, max } = words;
  const read = (value: string) => {
    const bytes = parseSize(value);
    return bytes !== undefined && bytes >= min && bytes <= max ? bytes : undefined;
  };
  const option = scalar(
    'size',
    words,
    read,
    `a size from ${formatSize(min)} to ${formatSize(max)} such as 64KiB or 256MiB`,
  );
  return { ...option, defaultText: formatSize(words.default) };
}

export function choice<const C extends string>(words: Words<C> & { of: readonly C[] }): Option<C> {
  return scalar<C>(
    words.of.join(' \\| '),
    words,
    value => words.of.find(known => known === value),
    `one of ${words.of.join(', ')}`,
  );
}

export function url(words: Words<undefined>): Option<string | undefined> {
  const read = (value: string) =>
    /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value) ? value.replace(/\/+$/, '') : undefined;
  return scalar<string | undefined>('URL', words, read, 'a URL that starts with http:// or https://');
}

/** A structured part of the file; the room that owns its meaning checks it. */
export function section(words: { sentence: string }): Option<unknown> {
  return {
    kind: 'section',
    default: undefined,
    defaultText: '',
    sentence: words.sentence,
    secret: false,
    section: true,
    parse: raw => raw,
  };
}
