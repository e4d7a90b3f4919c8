import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Request } from '../protocol/request.ts';

/** `filters:` of the configuration: name to text. What a text means is judged where a table is known. */
export function namedFilters(section: unknown): Readonly<Record<string, string>> {
  const entries = entriesOf(section, 'filters', 'filter text');
  return Object.fromEntries(
    entries.map(([name, text]) => {
      if (typeof text === 'string' && text.trim() !== '') return [name, text];
      throw new PanelcastError('bad-config', `filters.${name} must be the text of a filter, such as "severity >= 4"`);
    }),
  );
}

/** `views:` of the configuration: name to request. */
export function namedViews(section: unknown): Readonly<Record<string, Request>> {
  const entries = entriesOf(section, 'views', 'request');
  return Object.fromEntries(
    entries.map(([name, request]) => {
      if (typeof request === 'object' && request !== null && !Array.isArray(request)) return [name, request as Request];
      throw new PanelcastError(
        'bad-config',
        `views.${name} must be a request, such as {filter: "severity >= 4", columns: [node, summary]}`,
      );
    }),
  );
}

function entriesOf(section: unknown, name: string, what: string): [string, unknown][] {
  if (section === undefined || section === null) return [];
  if (typeof section === 'object' && !Array.isArray(section)) return Object.entries(section);
  throw new PanelcastError('bad-config', `${name} must be a list of “name: ${what}” lines`);
}
