/** JSON as others send it. What is wrong with it is named by its place: the text itself may be anything, and is not repeated. */
import { PanelcastError } from './panelcast-error.ts';

/** `what` is the subject of the message, as "the body". */
export function parseJsonText(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const position = jsonFault(text);
    const where = position === text.length ? 'it ends too early' : `what stands at ${position} cannot be there`;
    throw new PanelcastError('bad-request', `${what} is not JSON: ${where}`, { position });
  }
}

/** A number or a word; strings are read by themselves, since they may be long. */
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** What may come; `item` and `member` are the first of a list or object, which may have none. */
type Next = 'value' | 'item' | 'key' | 'member' | 'colon' | 'after';

/** The offset of the first thing that cannot stand there; the length of the text where it only ends too early. */
export function jsonFault(text: string): number {
  const closers: string[] = [];
  let next = 'value' as Next;
  let at = match(SPACE, text, 0);
  while (at < text.length) {
    const first = text[at]!;
    const closer = closers.at(-1);
    if (first === closer && (next === 'after' || next === 'item' || next === 'member')) {
      closers.pop();
      next = 'after';
      at++;
    } else if (next === 'after' || next === 'colon') {
      if (first !== (next === 'colon' ? ':' : ',') || (next === 'after' && closer === undefined)) return at;
      next = next === 'after' && closer === '}' ? 'key' : 'value';
      at++;
    } else if (first === '"') {
      const end = stringEnd(text, at + 1);
      if (text[end] !== '"') return end;
      next = next === 'key' || next === 'member' ? 'colon' : 'after';
      at = end + 1;
    } else if (next === 'key' || next === 'member') return at;
    else if (first === '{' || first === '[') {
      closers.push(first === '{' ? '}' : ']');
      next = first === '{' ? 'member' : 'item';
      at++;
    } else {
      const end = match(WORD, text, at);
      if (end === at) return at;
      next = 'after';
      at = end;
    }
    at = match(SPACE, text, at);
  }
  return text.length;
}

/** Where a string's closing quote stands, or else what cannot be in it, or the end of the text. */
function stringEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code < 0x20) return at;
    const end = code === 0x5c ? match(ESCAPE, text, at) : at + 1;
    if (end === at) return at;
    at = end;
  }
  return at;
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
