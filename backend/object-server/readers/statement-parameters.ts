import type { SQLInputValue } from 'node:sqlite';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { Token } from './statement-text.ts';

/** A list for `?` and `?1`, an object for `:name`, `@name` and `$name`. */
export type StatementParameters = readonly unknown[] | Readonly<Record<string, unknown>>;

export interface BoundParameters {
  readonly named: Record<string, SQLInputValue>;
  readonly positional: SQLInputValue[];
}

/**
 * Every parameter has a value and every value a parameter: SQLite would read a forgotten one as NULL, and the answer
 * would be silently empty.
 */
export function bindParameters(tokens: readonly Token[], given: StatementParameters): BoundParameters {
  const wanted = tokens.filter(token => token.kind === 'parameter');
  const positional = wanted.filter(token => token.text.startsWith('?'));
  if (isList(given)) return bindList(positional, wanted, given);
  if (positional.length > 0) {
    throw new PanelcastError('bad-sql', 'the statement has ? parameters: give `params` as a list', {
      position: positional[0]!.start,
    });
  }
  return { named: bindNames(wanted, given), positional: [] };
}

function bindList(positional: Token[], wanted: Token[], given: readonly unknown[]): BoundParameters {
  const name = wanted.find(token => !token.text.startsWith('?'));
  if (name) {
    throw new PanelcastError(
      'bad-sql',
      `the statement has named parameters: give \`params\` as {"${name.text.slice(1)}": …}`,
      {
        position: name.start,
      },
    );
  }
  let count = 0;
  for (const { text } of positional) count = text === '?' ? count + 1 : Math.max(count, Number(text.slice(1)));
  if (count !== given.length) {
    throw new PanelcastError(
      'bad-sql',
      `the statement has ${count} parameter${count === 1 ? '' : 's'}, and ${given.length} value${given.length === 1 ? ' was' : 's were'} given`,
    );
  }
  return { named: {}, positional: given.map((value, index) => toInput(value, String(index + 1))) };
}

function bindNames(wanted: Token[], given: Readonly<Record<string, unknown>>): Record<string, SQLInputValue> {
  const named: Record<string, SQLInputValue> = {};
  const used = new Set<string>();
  for (const { text, start } of wanted) {
    const key = Object.hasOwn(given, text) ? text : text.slice(1);
    if (!Object.hasOwn(given, key)) {
      throw new PanelcastError('bad-sql', `the parameter ${text} has no value in \`params\``, { position: start });
    }
    used.add(key);
    named[text] = toInput(given[key], text);
  }
  const unused = Object.keys(given).find(key => !used.has(key));
  if (unused !== undefined) {
    throw new PanelcastError('bad-sql', `the statement has no parameter "${unused}", which \`params\` gives a value`);
  }
  return named;
}

/** JSON does not tell 5 from 5.0: whole numbers are bound as integers, so that ?/2 divides as 5/2 does. */
function toInput(value: unknown, name: string): SQLInputValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  throw new PanelcastError(
    'bad-sql',
    `the parameter ${name} is ${Array.isArray(value) ? 'a list' : `of type ${typeof value}`}; text, numbers, booleans and null are possible`,
  );
}

function isList(given: StatementParameters): given is readonly unknown[] {
  return Array.isArray(given);
}
