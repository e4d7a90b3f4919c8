import { describe, expect, it } from 'vitest';
import {
  nameOf,
  offsetOfName,
  singleStatement,
  tokensOf,
} from '../../../../backend/object-server/readers/statement-text.ts';

const texts = (sql: string) => tokensOf(sql).map(token => `${token.kind}:${token.text}`);

describe('tokensOf', () => {
  it('keeps a semicolon inside a string, a quoted name or a comment from ending the statement', () => {
    for (const sql of [
      "SELECT ';'",
      "SELECT 'it''s; fine'",
      'SELECT ";"',
      'SELECT "a"";b"',
      'SELECT [;]',
      'SELECT `;`',
      'SELECT 1 -- ; not here',
      'SELECT /* ; */ 1',
      "SELECT x';'",
    ]) {
      expect(
        tokensOf(sql).filter(token => token.kind === 'semicolon'),
        sql,
      ).toEqual([]);
    }
  });

  it('takes text that is never closed up to the end', () => {
    expect(texts("SELECT 'abc; ")).toEqual(['word:SELECT', "string:'abc; "]);
    expect(texts('SELECT 1 /* abc;')).toEqual(['word:SELECT', 'number:1']);
    expect(texts('SELECT [abc;')).toEqual(['word:SELECT', 'quoted:[abc;']);
  });

  it('tells parameters, numbers and words apart', () => {
    expect(texts('a=?1 AND b=:b_2 OR $c::d>.5e3 AND é@x')).toEqual([
      'word:a',
      'symbol:=',
      'parameter:?1',
      'word:AND',
      'word:b',
      'symbol:=',
      'parameter::b_2',
      'word:OR',
      'parameter:$c::d',
      'symbol:>',
      'number:.5e3',
      'word:AND',
      'word:é',
      'parameter:@x',
    ]);
  });

  it('reads a string of 100 000 doubled quotes without running out of stack', () => {
    expect(tokensOf(`SELECT '${"''".repeat(100_000)}'`)).toHaveLength(2);
  });
});

describe('singleStatement', () => {
  it('lets white space, comments and more semicolons follow', () => {
    expect(singleStatement('SELECT 1;;  ; -- done\n/* really */').map(token => token.text)).toEqual(['SELECT', '1']);
  });

  it('refuses a second statement by name and position', () => {
    expect(() => singleStatement("SELECT ';'; /* now */ DELETE FROM events")).toThrow(
      expect.objectContaining({
        code: 'bad-sql',
        message: 'one statement at a time: a second one begins with "DELETE"',
        position: 22,
      }),
    );
  });

  it('refuses a NUL, at which SQLite would stop reading', () => {
    expect(() => singleStatement("SELECT 'a\0b'")).toThrow(expect.objectContaining({ code: 'bad-sql', position: 9 }));
  });

  it.each(['', '  ', '-- nothing', ';', ';;'])('refuses %j as empty', sql => {
    expect(() => singleStatement(sql)).toThrow('the statement is empty');
  });
});

describe('names', () => {
  it('come without their quotes', () => {
    const names = tokensOf('"a""b" `c``d` [e f] g \'h\' 1').map(nameOf);
    expect(names).toEqual(['a"b', 'c`d', 'e f', 'g', undefined, undefined]);
  });

  it('are found regardless of ASCII case, and not inside strings', () => {
    const sql = "SELECT 'Severity', SEVERITY";
    expect(offsetOfName(tokensOf(sql), 'severity')).toBe(19);
  });
});
