/**
 * SQLite compares text by its UTF-8 bytes, which is the order of code points; JavaScript's `<` compares UTF-16 units,
 * which differs where a surrogate pair meets U+E000 to U+FFFF. LIKE folds ASCII letters only.
 */

const HIGH = /[\ud800-\uffff]/;

/** Whether `<` on UTF-16 units is right against every text: no unit of this one is a surrogate or above. */
export function isPlain(text: string): boolean {
  return !HIGH.test(text);
}

/** Negative, zero or positive, by code points. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

const BEYOND_ASCII = /[\0\x80-\uffff]/;
const CAPITALS = /[A-Z]+/g;

/** As LIKE sees a text: ASCII capitals folded, and nothing from a NUL on, where SQLite's patterns stop reading. */
export function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  return patternText(text).replace(CAPITALS, letters => letters.toLowerCase());
}

/** As GLOB sees a text: up to its first NUL. */
export function patternText(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/** The least text above every text with this prefix, or undefined when there is none. */
export function prefixSuccessor(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === 0x10ffff) continue;
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return undefined;
}
