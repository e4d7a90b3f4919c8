import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import { compileFilter } from '../../backend/sql/filter.ts';
import { parseFilter } from '../../backend/sql/parser.ts';
import { tokenize } from '../../backend/sql/tokens.ts';
import { FilterTemplate } from '../variables/filter-template.ts';
import { hasReference } from '../variables/references.ts';
import { withoutReferences } from './filter-place.ts';

/** What is wrong with a filter, in the notifier's own words, and where: offsets in the text, `end` exclusive. */
export interface FilterFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface FilterGround {
  /** Undefined for a table that is not known here: then only the grammar is judged. */
  readonly table: TableSchema | undefined;
  readonly filters: Readonly<Record<string, string>>;
  /** The text with the values that its variables have now. */
  readonly fill: (text: string) => string;
}

export function filterFault(text: string, ground: FilterGround): FilterFault | undefined {
  if (text.trim() === '') return undefined;
  try {
    if (hasReference(text)) new FilterTemplate(text);
    else parseFilter(text);
  } catch (error) {
    return faultAt(text, error);
  }
  return meaningFault(text, ground);
}

/** What can only be said once variables have values; a fault of the filled text has no place in the written one. */
function meaningFault(text: string, { fill, filters, table }: FilterGround): FilterFault | undefined {
  let filled = text;
  try {
    filled = fill(text);
    const named = { resolve: (name: string) => filters[name], names: () => Object.keys(filters) };
    if (table !== undefined) compileFilter(filled, table, named);
    return undefined;
  } catch (error) {
    return filled === text ? faultAt(text, error) : faultOfWord(text, error);
  }
}

function faultAt(text: string, error: unknown): FilterFault {
  const { message, position: start = 0 } = asFault(error);
  return { message, start, end: endOfToken(text, start) };
}

/** The word in quotes that the message is about, where it stands in the text; else the whole text. */
function faultOfWord(text: string, error: unknown): FilterFault {
  const { message } = asFault(error);
  const word = /["'@]([\w.-]+)/.exec(message)?.[1];
  const start = word === undefined ? -1 : text.indexOf(word);
  const placeless = message.replace(/ at \d+/, '');
  if (start < 0) return { message: placeless, start: 0, end: text.length };
  return { message: placeless, start, end: start + word!.length };
}

function asFault(error: unknown): PanelcastError {
  if (error instanceof PanelcastError) return error;
  throw error;
}

function endOfToken(text: string, start: number): number {
  if (start >= text.length) return text.length;
  try {
    const token = tokenize(withoutReferences(text)).find(({ end }) => end > start);
    return token === undefined || token.kind === 'end' ? text.length : token.end;
  } catch {
    // The fault is of a token itself: a quotation without end, or a character that begins none.
    return /['"`[]/.test(text[start] ?? '') ? text.length : start + 1;
  }
}
