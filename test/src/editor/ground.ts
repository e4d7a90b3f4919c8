import { eventsTable } from '../../../backend/object-server/events-table.ts';
import type { TableSchema } from '../../../backend/protocol/schema.ts';
import type { AskedTable } from '../../../src/api/notifier-api.ts';
import type { Vocabulary } from '../../../src/editor/vocabulary.ts';

/** The built-in table as `/api/schema` tells it, and one of a configuration. */
export const EVENTS: TableSchema = eventsTable();
export const LINKS: TableSchema = {
  name: 'links',
  primaryKey: 'name',
  columns: [
    { name: 'name', type: 'text', nullable: false },
    { name: 'load', type: 'real', nullable: true },
  ],
};

/** One of the notifier's own facts. */
export const SETS: AskedTable = {
  source: 'panelcast',
  name: 'sets',
  primaryKey: 'filter_set',
  columns: [
    { name: 'filter_set', type: 'text', nullable: false },
    { name: 'filter', type: 'text', nullable: true },
    { name: 'registrations', type: 'integer', nullable: true },
  ],
};

export const VOCABULARY: Vocabulary = {
  tables: [EVENTS, LINKS, SETS],
  functions: [{ name: 'now', signature: 'now()', description: 'The present time.' }],
  filters: { p1: 'severity = 5 AND acknowledged = 0', core: "site = 'lon'" },
  views: { wall: { filter: '@p1', columns: ['node'] } },
  variables: ['site', 'service'],
};
