import { nearest } from '../../lib/nearest.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { offsetOfName, type Token } from './statement-text.ts';

export interface FailedStatement {
  readonly sql: string;
  readonly tokens: readonly Token[];
  /** Names for "did you mean". */
  readonly tables: Iterable<string>;
  readonly columns: Iterable<string>;
  /** SQLite's complaint about another text, or undefined when it has none. */
  readonly probe: (sql: string) => string | undefined;
}

const CODE_TOO_BIG = 18;
const CODE_OUT_OF_MEMORY = 7;
const CODE_BUSY = 5;

/** SQLite's message as one sentence, with the offset of the fault where the message allows to find it. */
export function sqlFailure(cause: unknown, failed: FailedStatement): PanelcastError {
  if (cause instanceof PanelcastError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = errorCodeOf(cause);
  if (code === CODE_TOO_BIG) {
    return new PanelcastError('limit-exceeded', 'the statement builds a value that is too big', { cause });
  }
  if (code === CODE_OUT_OF_MEMORY) {
    return new PanelcastError('limit-exceeded', 'the statement needs more memory than a reader has', { cause });
  }
  if (code === CODE_BUSY) {
    return new PanelcastError('overloaded', 'the database is locked at the moment', { cause, retryAfterMs: 1000 });
  }
  const position = positionOf(message, failed);
  return new PanelcastError('bad-sql', message + suggestion(message, failed), {
    cause,
    ...(position === undefined ? {} : { position }),
  });
}

/** SQLite's primary result code; node:sqlite puts the extended one on its errors. */
function errorCodeOf(cause: unknown): number | undefined {
  const code = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function positionOf(message: string, failed: FailedStatement): number | undefined {
  if (message === 'incomplete input') return failed.sql.length;
  const near = /^near "([\s\S]*)": syntax error$/.exec(message)?.[1];
  if (near !== undefined) return offsetOfSyntaxError(near, message, failed);
  const unrecognized = /^unrecognized token: "([\s\S]*)"$/.exec(message)?.[1];
  if (unrecognized !== undefined) return offsetOrUndefined(failed.sql.indexOf(unrecognized));
  const name = nameIn(message);
  return name === undefined ? undefined : offsetOfName(failed.tokens, name);
}

/**
 * The token may occur several times. A parser refuses the first token that cannot follow, so the fault is at the first
 * occurrence with which the text up to and including it already fails in the same words.
 */
function offsetOfSyntaxError(
  near: string,
  message: string,
  { sql, tokens, probe }: FailedStatement,
): number | undefined {
  const same = tokens.filter(token => token.text === near);
  if (same.length <= 1) return same[0]?.start ?? offsetOrUndefined(sql.indexOf(near));
  return same.find(token => probe(sql.slice(0, token.start + token.text.length)) === message)?.start;
}

function suggestion(message: string, { tables, columns }: FailedStatement): string {
  const name = nameIn(message);
  if (name === undefined) return '';
  const known = message.startsWith('no such table') ? tables : message.startsWith('no such column') ? columns : [];
  const meant = message.includes('single-quotes') ? undefined : nearest(name, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

/** The last part of the name that a message is about: `no such column: e.sevrity` is about `sevrity`. */
function nameIn(message: string): string | undefined {
  const match =
    /^(?:no such (?:column|table|function|table-valued function|collation sequence)|ambiguous column name): "?([^"\s]+)"?/.exec(
      message,
    ) ?? /^(?:wrong number of arguments to function|misuse of (?:aggregate|window function)):? (\w+)\(/.exec(message);
  return match?.[1]?.split('.').at(-1);
}

function offsetOrUndefined(offset: number): number | undefined {
  return offset === -1 ? undefined : offset;
}
