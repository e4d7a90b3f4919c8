import { PanelcastError } from '../lib/panelcast-error.ts';

export const TOKEN_KINDS = ['word', 'quoted', 'string', 'number', 'duration', 'reference', 'operator', 'end'] as const;
/** `word` may be a keyword or a bare column name; `quoted` is always a column name; `reference` is `@name`. */
export type TokenKind = (typeof TOKEN_KINDS)[number];

export interface Token {
  readonly kind: TokenKind;
  /** The meaning: without quotes, doubled quotes undone; for `word` as written. */
  readonly text: string;
  /** Offsets in UTF-16 units, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/** White space and comments, to be skipped. The first alternative that matches at a position wins. */
const SPACE = /(?:[ \t\n\f\r]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const REFERENCE = /@[\w.-]*\w/y;
const OPERATOR = /==|<>|<=|>=|!=|[=<>+\-*/%(),]/y;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** The last token is always `end`, so that a reader can look at the current one without asking whether it is there. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = skipSpace(text, token.end);
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

/** The milliseconds of a duration token such as `5m`. */
export function durationMs(token: Token): number {
  const unit = /[a-z]+$/.exec(token.text)![0];
  return Number(token.text.slice(0, -unit.length)) * UNIT_MS.get(unit)!;
}

function tokenAt(text: string, start: number): Token {
  const first = text[start]!;
  const closing = CLOSING[first];
  if (closing !== undefined) return quotedAt(text, start, closing);
  const number = match(NUMBER, text, start);
  if (number !== undefined) return numberAt(text, start, number);
  const word = match(WORD, text, start);
  if (word !== undefined) return { kind: 'word', text: word, start, end: start + word.length };
  const operator = match(OPERATOR, text, start);
  if (operator !== undefined) return { kind: 'operator', text: operator, start, end: start + operator.length };
  const reference = match(REFERENCE, text, start);
  if (reference !== undefined)
    return { kind: 'reference', text: reference.slice(1), start, end: start + reference.length };
  throw new PanelcastError(
    'bad-filter',
    `unexpected character "${String.fromCodePoint(text.codePointAt(start)!)}" at ${start}`,
    {
      position: start,
    },
  );
}

function numberAt(text: string, start: number, digits: string): Token {
  const end = start + digits.length;
  const unit = match(WORD, text, end);
  if (unit === undefined) return { kind: 'number', text: digits, start, end };
  if (UNIT_MS.has(unit) && /^\d+$/.test(digits))
    return { kind: 'duration', text: digits + unit, start, end: end + unit.length };
  throw new PanelcastError(
    'bad-filter',
    `"${digits}${unit}" at ${start} is neither a number nor a duration such as 500ms, 30s, 5m, 2h or 1d`,
    {
      position: start,
    },
  );
}

function quotedAt(text: string, start: number, closing: string): Token {
  let meaning = '';
  let at = start + 1;
  for (;;) {
    const close = text.indexOf(closing, at);
    if (close < 0)
      throw new PanelcastError('bad-filter', `the quotation that begins at ${start} has no closing ${closing}`, {
        position: start,
      });
    meaning += text.slice(at, close);
    at = close + 1;
    if (closing === ']' || text[at] !== closing) break;
    meaning += closing;
    at++;
  }
  if (meaning.includes('\0') || !meaning.isWellFormed())
    throw new PanelcastError('bad-filter', `the quotation at ${start} holds a NUL or half a surrogate pair`, {
      position: start,
    });
  return { kind: closing === "'" ? 'string' : 'quoted', text: meaning, start, end: at };
}

function skipSpace(text: string, at: number): number {
  return at + (match(SPACE, text, at)?.length ?? 0);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
