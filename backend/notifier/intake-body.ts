import { parseJsonText } from '../lib/json-text.ts';
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
  const parsed = parseJsonText(textOf(body), 'the body');
  return Array.isArray(parsed) ? parsed : [parsed];
}

/** A line each; `offset` is how many events of the same request came before. */
export function parseLines(body: Uint8Array, offset: number): readonly unknown[] {
  const lines = textOf(body).split('\n');
  const events: unknown[] = [];
  for (const line of lines) {
    if (line.trim() === '') continue;
    events.push(parseLine(line, offset + events.length));
  }
  return events;
}

/** Its place in the line is said in words: the position of an error is that in the whole body. */
function parseLine(line: string, index: number): unknown {
  try {
    return parseJsonText(line, `event ${index}: the line`);
  } catch (error) {
    throw new PanelcastError('bad-event', (error as Error).message, { cause: error });
  }
}
