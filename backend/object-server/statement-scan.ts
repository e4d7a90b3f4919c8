import { PanelcastError } from '../lib/panelcast-error.ts';

/** White space, comments, quoted texts and names, words, and any other single character of SQL. */
const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|[a-z_]\w*|[\s\S]/gi;

/**
 * The first word of the statement, in upper case. SQLite's prepare takes the first statement of a text and silently
 * ignores the rest, and ends at a NUL; both are refused here instead.
 */
export function scanStatement(sql: string): string {
  const nul = sql.indexOf('\0');
  if (nul >= 0) throw new PanelcastError('bad-sql', 'the statement contains a NUL character', { position: nul });
  let first: string | undefined;
  let isEnded = false;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    if (/^(\s|--|\/\*)/.test(token)) continue;
    if (token === ';') {
      isEnded = first !== undefined;
    } else if (isEnded) {
      throw new PanelcastError('bad-sql', 'one statement at a time; send the one after the ";" by itself', {
        position: index,
      });
    } else {
      first ??= token;
    }
  }
  if (first === undefined) throw new PanelcastError('bad-sql', 'the statement is empty', { position: 0 });
  return first.toUpperCase();
}
