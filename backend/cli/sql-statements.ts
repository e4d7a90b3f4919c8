import { tokensOf } from '../object-server/readers/statement-text.ts';

export interface SplitStatements {
  /** Each without its semicolon. */
  readonly statements: readonly string[];
  /** What follows the last semicolon. */
  readonly rest: string;
}

/** Cuts a text at the semicolons that end statements, not at those in strings, names or comments. */
export function splitStatements(text: string): SplitStatements {
  const statements: string[] = [];
  let start = 0;
  for (const token of tokensOf(text)) {
    if (token.kind !== 'semicolon') continue;
    const statement = text.slice(start, token.start).trim();
    if (tokensOf(statement).length > 0) statements.push(statement);
    start = token.start + 1;
  }
  return { statements, rest: text.slice(start) };
}

/** Whether there is anything to run: not only white space and comments. */
export function isBlank(text: string): boolean {
  return tokensOf(text).length === 0;
}
