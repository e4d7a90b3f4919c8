import { existsSync, readFileSync } from 'node:fs';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { OPTION_NAMES, type OptionName } from './options.ts';
import { type Setting, unknownOption } from './setting.ts';

const DEFAULT_FILE = 'panelcast.yaml';

/** The file as it was written: what it sets, what is wrong with it, and on which line anything in it stands. */
export class ConfigFile {
  readonly settings = new Map<OptionName, Setting>();
  readonly mistakes: string[] = [];
  readonly #path: string;
  readonly #lines = new LineCounter();
  #document: Document.Parsed | undefined;

  /** Without a name it is the default file, which need not be there. */
  constructor(named: string | undefined, cwd: string) {
    this.#path = named ?? DEFAULT_FILE;
    const full = this.#path.startsWith('/') ? this.#path : `${cwd}/${this.#path}`;
    if (named === undefined && !existsSync(full)) return;
    try {
      this.#read(readFileSync(full, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.mistakes.push(`${this.#path}: cannot be read (${code}); give another file with --config`);
    }
  }

  /** Where a path such as `views.urgent.columns[0]` stands, or as much of it as there is. */
  placeOf(path: string): string | undefined {
    let node = this.#document?.contents;
    let offset: number | undefined;
    for (const [step] of path.matchAll(/[^.[\]]+/g)) {
      const next = stepInto(node, step);
      if (next === undefined) break;
      ({ node, offset } = next);
    }
    return offset === undefined ? undefined : this.#place(offset);
  }

  #place(offset: number): string {
    return `${this.#path}:${this.#lines.linePos(offset).line}`;
  }

  #read(source: string): void {
    const document = parseDocument(source, { lineCounter: this.#lines, prettyErrors: false });
    const [fault] = document.errors; // the first alone: what follows a fault of syntax is mostly its echo
    if (fault !== undefined)
      return void this.mistakes.push(`${this.#place(fault.pos[0])}: not YAML: ${firstLine(fault.message)}`);
    if (document.contents === null) return;
    if (!isMap(document.contents))
      return void this.mistakes.push(`${this.#path}:1: must be a list of “option: value” lines`);
    this.#document = document;
    for (const { key, value } of document.contents.items) this.#set(document, key, value);
  }

  #set(document: Document.Parsed, key: ParsedNode, value: ParsedNode | null): void {
    const text = isScalar(key) ? String(key.value) : String(key);
    const place = this.#place(key.range[0]);
    const name = OPTION_NAMES.find(option => option === text);
    if (name === undefined) return void this.mistakes.push(`${place}: ${unknownOption(text, OPTION_NAMES)}`);
    try {
      this.settings.set(name, { raw: isNode(value) ? value.toJS(document) : value, place });
    } catch (error) {
      this.mistakes.push(`${place}: ${name} cannot be read: ${firstLine((error as Error).message)}`);
    }
  }
}

interface Stood {
  readonly node: ParsedNode | null;
  readonly offset: number;
}

function stepInto(node: ParsedNode | null | undefined, step: string): Stood | undefined {
  if (isSeq<ParsedNode>(node)) {
    const item = node.items[Number(step)];
    return item && { node: item, offset: item.range[0] };
  }
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
  return pair && { node: pair.value, offset: pair.key.range[0] };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!;
}
