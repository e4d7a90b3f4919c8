import { PanelcastError } from '../../lib/panelcast-error.ts';

/** SQLite's lexical units, as far as one must know them to find where a statement ends and what it names. */
export interface Token {
  readonly kind: (typeof KINDS)[number];
  readonly text: string;
  readonly start: number;
}

const TOKEN = new RegExp(
  [
    /(?<skip>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<string>[xX]?'[^']*(?:''[^']*)*(?:'|$))/,
    /(?<quoted>"[^"]*(?:""[^"]*)*(?:"|$)|`[^`]*(?:``[^`]*)*(?:`|$)|\[[^\]]*(?:\]|$))/,
    /(?<parameter>\?\d*|[:@$#][\w$\u0080-\uffff]+(?:::[\w$\u0080-\uffff]+)*)/,
    /(?<number>\.?\d[\w.]*)/,
    /(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/,
    /(?<semicolon>;)/,
    /(?<symbol>[\s\S])/,
  ]
    .map(part => part.source)
    .join('|'),
  'gy',
);

const KINDS = ['word', 'quoted', 'string', 'number', 'parameter', 'semicolon', 'symbol'] as const;

/** White space and comments are left out. Text that is not closed reaches to the end: SQLite then says so. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const { index, groups } of sql.matchAll(TOKEN)) {
    const kind = KINDS.find(candidate => groups?.[candidate] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text: groups![kind]!, start: index });
  }
  return tokens;
}

/**
 * The tokens of the one statement in the text. SQLite prepares the first statement and ignores what follows it, so a
 * second one would be lost in silence; a NUL would end the text in the middle. Both are refused by name.
 */
export function singleStatement(sql: string): readonly Token[] {
  const nul = sql.indexOf('\0');
  if (nul !== -1) {
    throw new PanelcastError(
      'bad-sql',
      'the statement contains a NUL character; take it out or pass it as a parameter',
      {
        position: nul,
      },
    );
  }
  const tokens = tokensOf(sql);
  const end = tokens.findIndex(token => token.kind === 'semicolon');
  const statement = end === -1 ? tokens : tokens.slice(0, end);
  if (statement.length === 0) throw new PanelcastError('bad-sql', 'the statement is empty', { position: 0 });
  const second = end === -1 ? undefined : tokens.slice(end).find(token => token.kind !== 'semicolon');
  if (second) {
    throw new PanelcastError('bad-sql', `one statement at a time: a second one begins with "${second.text}"`, {
      position: second.start,
    });
  }
  return statement;
}

/** The name that a token stands for, without its quotes; undefined when it is no name. */
export function nameOf(token: Token): string | undefined {
  if (token.kind === 'word') return token.text;
  if (token.kind !== 'quoted') return undefined;
  const inner = token.text.slice(1, -1);
  const quote = token.text[0]!;
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote);
}

/** Offset of the first use of a name, compared as SQLite does: without regard to ASCII case. */
export function offsetOfName(tokens: readonly Token[], name: string): number | undefined {
  const wanted = name.toLowerCase();
  return tokens.find(token => nameOf(token)?.toLowerCase() === wanted)?.start;
}
