import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

interface Example {
  readonly type: string;
}

/** PROTOCOL.md as tests read it: its examples are the golden messages. */
export class ProtocolDocument {
  readonly #text = readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8');

  /** The examples under a heading, such as "From the client". */
  examples(heading: string): Example[] {
    const chapter = this.#text.split(/^(?=#{2,3} )/m).find(part => part.startsWith(`### ${heading}\n`)) ?? '';
    return [...chapter.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json]) => JSON.parse(json!) as Example);
  }

  /** The client that readers paste. */
  get client(): string {
    return /^### A client\n[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(this.#text)![1]!;
  }

  /** Name and value of each limit. */
  get limits(): Map<string, string> {
    const table = /<!-- live limits -->([\s\S]*?)<!-- \/live limits -->/.exec(this.#text)![1]!;
    return new Map([...table.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value]) => [name!, value!]));
  }
}

/** The declarations of the wire without comments and layout. */
export function declarations(): string {
  return ['messages', 'request', 'schema']
    .map(name => readFileSync(join(ROOT, `backend/protocol/${name}.ts`), 'utf8'))
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ');
}
