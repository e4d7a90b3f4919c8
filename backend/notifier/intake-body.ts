import { PanelcastError } from '../lib/panelcast-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (error) {
    throw new PanelcastError('bad-request', 'the body is not UTF-8', { cause: error });
  }
}

/** One event, or an array of them. */
export function parseJson(body: Uint8Array): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(body));
  } catch (error) {
    if (error instanceof PanelcastError) throw error;
    throw new PanelcastError('bad-request', `the body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return Array.isArray(parsed) ? parsed : [parsed];
}

/** A line each; `offset` is how many events of the same request came before. */
export function parseLines(body: Uint8Array, offset: number): readonly unknown[] {
  const lines = textOf(body).split('\n');
  const events: unknown[] = [];
  for (const line of lines) {
    if (line.trim() === '') continue;
    try {
      events.push(JSON.parse(line));
    } catch (error) {
      throw new PanelcastError(
        'bad-event',
        `event ${offset + events.length} is not a line of JSON: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
  return events;
}
