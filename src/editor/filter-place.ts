import { KEYWORDS, symbol } from '../../backend/sql/grammar.ts';
import { type Token, tokenize } from '../../backend/sql/tokens.ts';
import { replaceReferences } from '../variables/references.ts';

/**
 * What may come at a place of a filter. `value` is of `column`; `joiner` is AND, OR or the end; `amount` follows + or -;
 * `name` follows @ and `variable` follows $.
 */
export type Expected =
  | 'operand'
  | 'operator'
  | 'negated'
  | 'value'
  | 'pattern'
  | 'next-value'
  | 'is'
  | 'list'
  | 'amount'
  | 'joiner'
  | 'name'
  | 'variable'
  | 'nothing';

export interface FilterPlace {
  readonly expected: Expected;
  /** What is typed so far of it, and the range that a completion replaces. */
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly column?: string;
  /** The caret is within a quotation that has begun. */
  readonly isQuoted: boolean;
}

/** What a person at the caret is about to write. Never throws: an unfinished text is the usual one. */
export function filterPlace(text: string, caret: number): FilterPlace {
  const before = withoutReferences(text.slice(0, caret));
  const special = /(?:@[\w.-]*|\$\{?\w*)$/.exec(text.slice(0, caret))?.[0];
  const { isQuoted, start, tokens } = readBefore(before);
  if (special !== undefined && !isQuoted) {
    const to = caret + /^[\w.-]*\}?/.exec(text.slice(caret))![0].length;
    const expected = special.startsWith('@') ? 'name' : 'variable';
    return { expected, prefix: special.replace(/^[@${]+/, ''), from: caret - special.length, to, isQuoted };
  }
  const walk = new Walk();
  for (const token of tokens) walk.take(token);
  return {
    expected: walk.expected,
    prefix: before.slice(start).replace(/^'/, ''),
    from: start,
    to: isQuoted ? endOfQuotation(text, caret) : caret + /^\w*/.exec(text.slice(caret))![0].length,
    isQuoted,
    ...(walk.column !== undefined && { column: walk.column }),
  };
}

/** References to variables as quotations of the same length: they are values to the grammar. */
export function withoutReferences(text: string): string {
  return replaceReferences(text, reference => `'${'x'.repeat(reference.length - 2)}'`);
}

/** The whole tokens before the one that is being written, and where that begins. */
function readBefore(before: string): { tokens: Token[]; start: number; isQuoted: boolean } {
  for (let end = before.length; ; ) {
    try {
      const tokens = tokenize(before.slice(0, end)).slice(0, -1);
      if (end < before.length) return { tokens, start: end, isQuoted: before[end] === "'" };
      const last = tokens.at(-1);
      const isOpen = last?.end === end && (last.kind === 'word' || last.kind === 'number');
      return isOpen
        ? { tokens: tokens.slice(0, -1), start: last.start, isQuoted: false }
        : { tokens, start: end, isQuoted: false };
    } catch (error) {
      const position = (error as { position?: number }).position ?? 0;
      end = Math.min(position, end - 1);
      if (end <= 0) return { tokens: [], start: Math.max(0, end), isQuoted: before[Math.max(0, end)] === "'" };
    }
  }
}

function endOfQuotation(text: string, caret: number): number {
  const rest = /^[^'\n]*'/.exec(text.slice(caret))?.[0];
  return caret + (rest?.length ?? 0);
}

/** Goes over tokens and knows what may follow. Lenient: what does not fit leaves the expectation as it is. */
class Walk {
  expected: Expected = 'operand';
  column: string | undefined;
  readonly #open: ('group' | 'list' | 'call')[] = [];
  #isBetween = false;

  take(token: Token): void {
    const word = symbol(token);
    switch (word) {
      case 'AND':
        this.expected = this.#isBetween ? 'value' : 'operand';
        this.#isBetween = false;
        return;
      case 'OR':
        this.expected = 'operand';
        return;
      case 'NOT':
        if (this.expected === 'operator') this.expected = 'negated';
        return;
      case 'IN':
        this.expected = 'list';
        return;
      case 'LIKE':
      case 'GLOB':
        this.expected = 'pattern';
        return;
      case 'BETWEEN':
        this.expected = 'value';
        this.#isBetween = true;
        return;
      case 'IS':
        this.expected = 'is';
        return;
      case '(':
        this.#opened();
        return;
      case ')':
        this.#closed();
        return;
      case ',':
        this.expected = 'value';
        return;
      case '+':
      case '-':
        this.expected = 'amount';
        return;
    }
    if (token.kind === 'operator') this.expected = /^[=<>!]/.test(token.text) ? 'value' : 'amount';
    else this.#operand(token, word);
  }

  #opened(): void {
    const isCall = this.expected === 'operator' && this.column !== undefined && CALLS.has(this.column.toLowerCase());
    this.#open.push(this.expected === 'list' ? 'list' : isCall ? 'call' : 'group');
    this.expected = this.expected === 'list' ? 'value' : isCall ? 'nothing' : 'operand';
  }

  #closed(): void {
    const was = this.#open.pop();
    // now() on the left is compared next, on the right its condition is complete; either may go on with + or -.
    this.expected = was === 'call' && this.#isLeft ? 'operator' : this.#afterValue();
  }

  #isLeft = true;

  #operand(token: Token, word: string): void {
    const isName = token.kind === 'quoted' || (token.kind === 'word' && !KEYWORDS.has(word));
    if (this.expected === 'operand') {
      this.#isLeft = true;
      this.column = isName ? token.text : undefined;
      this.expected = token.kind === 'reference' ? 'joiner' : 'operator';
    } else {
      this.#isLeft = false;
      this.expected = this.#afterValue();
    }
  }

  #afterValue(): Expected {
    return this.#open.at(-1) === 'list' ? 'next-value' : 'joiner';
  }
}

const CALLS: ReadonlySet<string> = new Set(['now', 'filter']);
