/** `npm run docs`: what the documents say of options, error codes and the notifier’s own tables, written from where the code declares them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { optionsTable } from '../backend/config/describe-options.ts';
import { SELF_TABLES } from '../backend/notifier/self-tables.ts';
import { ERROR_KINDS } from '../backend/protocol/errors.ts';

function errorsTable(): string {
  const rows = Object.entries(ERROR_KINDS).map(
    ([code, { status, retry, sentence }]) => `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${sentence} |`,
  );
  return ['| code | status | retry | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The first column is the key. */
function ownTables(): string {
  const rows = SELF_TABLES.map(
    ({ schema: { columns, description, name } }) =>
      `| \`${name}\` | ${description} | ${columns.map(column => `\`${column.name}\``).join(', ')} |`,
  );
  return ['| table | rows | columns, the key first |', '|---|---|---|', ...rows].join('\n');
}

function fill(file: string, name: string, table: string): void {
  const url = new URL(`../${file}`, import.meta.url);
  const [before, after] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const text = readFileSync(url, 'utf8');
  const [start, end] = [text.indexOf(before) + before.length, text.indexOf(after)];
  if (start < before.length || end < start) throw new Error(`${file} has no place for its ${name}`);
  writeFileSync(url, `${text.slice(0, start)}${table}\n${text.slice(end)}`);
}

fill('README.md', 'options', optionsTable());
fill('PROTOCOL.md', 'error codes', errorsTable());
fill('PROTOCOL.md', 'own tables', ownTables());
