/**
 * LIKE and GLOB. A pattern is cut at its `%` into pieces; the first is tied to the begin, the last to the end, and each
 * of the others is taken at the first place where it fits, which is never worse than a later one. So no pattern can make
 * it try combinations, however many `%` it has.
 */
import { foldText, patternText, prefixSuccessor } from './text-order.ts';

/** One character of a piece: itself, any one, or one of a set. */
type Element =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'set'; readonly has: (point: number) => boolean };

const DASH = 0x2d;
const CLOSING = 0x5d;

type Piece = readonly Element[];

export interface Pattern {
  readonly operator: 'LIKE' | 'GLOB';
  /** LIKE in one spelling: `\` escapes, letters folded, no `%` doubled. GLOB as written. */
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** `escapedBy` is one character, neither `%` nor `_`. */
export function likePattern(written: string, escapedBy: string | undefined): Pattern | undefined {
  const reader = new PieceReader();
  const characters = Array.from(written);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === '%') reader.many();
    else if (character === escapedBy) {
      const next = characters[++i];
      if (next === undefined) return undefined;
      reader.literal(foldText(next));
    } else if (character === '_') reader.one();
    else reader.literal(foldText(character));
  }
  return { operator: 'LIKE', text: reader.text, pieces: reader.pieces };
}

/** Undefined when a `[` has no `]`: such a pattern fits nothing. */
export function globPattern(written: string): Pattern | undefined {
  const reader = new PieceReader();
  const characters = Array.from(written);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === '*') reader.many();
    else if (character === '?') reader.one();
    else if (character === '[') {
      const end = setEnd(characters, i);
      if (end === undefined) return undefined;
      reader.set(characters.slice(i + 1, end));
      i = end;
    } else reader.literal(character);
  }
  return { operator: 'GLOB', text: written, pieces: reader.pieces };
}

/** A `]` that comes first in a set is one of its characters. */
function setEnd(characters: readonly string[], open: number): number | undefined {
  let first = open + 1;
  if (characters[first] === '^') first++;
  const end = characters.indexOf(']', characters[first] === ']' ? first + 1 : first);
  return end < 0 ? undefined : end;
}

class PieceReader {
  readonly pieces: Element[][] = [[]];
  /** What was read so far, as LIKE writes it. */
  text = '';

  many(): void {
    if (this.pieces.length > 1 && this.pieces.at(-1)!.length === 0) return;
    this.pieces.push([]);
    this.text += '%';
  }

  one(): void {
    this.pieces.at(-1)!.push({ kind: 'one' });
    this.text += '_';
  }

  literal(text: string): void {
    const piece = this.pieces.at(-1)!;
    const last = piece.at(-1);
    if (last?.kind === 'literal') piece[piece.length - 1] = { kind: 'literal', text: last.text + text };
    else piece.push({ kind: 'literal', text });
    this.text += /[%_\\]/.test(text) ? `\\${text}` : text;
  }

  set(characters: readonly string[]): void {
    this.pieces.at(-1)!.push({ kind: 'set', has: setMembership(characters) });
  }
}

function setMembership(characters: readonly string[]): (point: number) => boolean {
  const negated = characters[0] === '^';
  const members = (negated ? characters.slice(1) : characters).map(character => character.codePointAt(0)!);
  const ranges: [number, number][] = [];
  let low: number | undefined;
  members.forEach((member, i) => {
    const joined = i > 0 && members[i - 1] === DASH && low !== undefined;
    if (joined) {
      ranges.push([low!, member]);
      low = undefined;
      return;
    }
    const joins = member === DASH && low !== undefined && i + 1 < members.length;
    if (joins) return;
    ranges.push([member, member]);
    low = i === 0 && member === CLOSING ? undefined : member;
  });
  return point => ranges.some(([low, high]) => low <= point && point <= high) !== negated;
}

/** The literal that the pattern fits alone, or as the begin of a text. */
export function literalPrefix(pattern: Pattern): { readonly text: string; readonly open: boolean } | undefined {
  const [first, second, ...others] = pattern.pieces;
  if (first === undefined || first.length > 1 || others.length > 0) return undefined;
  if (second !== undefined && second.length > 0) return undefined;
  const element = first[0];
  if (element !== undefined && element.kind !== 'literal') return undefined;
  return { text: element?.text ?? '', open: second !== undefined };
}

/** The bounds [low, high) of the texts that begin with a prefix. */
export function prefixBounds(prefix: string): readonly [string, string | undefined] {
  return [prefix, prefix === '' ? undefined : prefixSuccessor(prefix)];
}

/** The literal of a `LIKE '%literal%'`: the pattern fits exactly the texts that, folded, contain it. */
export function containedLiteral({ operator, pieces }: Pattern): string | undefined {
  const [first, middle, last] = pieces;
  if (operator !== 'LIKE' || pieces.length !== 3 || first!.length + last!.length > 0 || middle!.length !== 1)
    return undefined;
  const [element] = middle!;
  return element!.kind === 'literal' ? element!.text : undefined;
}

export function likeMatcher(pattern: Pattern): (text: string) => boolean {
  const visible = pattern.operator === 'LIKE' ? foldText : patternText;
  const { pieces } = pattern;
  return text => fits(visible(text), pieces);
}

function fits(text: string, pieces: readonly Piece[]): boolean {
  let at = endOfFit(text, 0, pieces[0]!);
  if (at === undefined) return false;
  if (pieces.length === 1) return at === text.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    at = firstFit(text, at, pieces[i]!);
    if (at === undefined) return false;
  }
  const last = pieces.at(-1)!;
  const start = startOfLast(text, last);
  return start !== undefined && start >= at && endOfFit(text, start, last) === text.length;
}

/** Where a piece that begins at `at` ends, if it fits there. */
function endOfFit(text: string, at: number, piece: Piece): number | undefined {
  let position = at;
  for (const element of piece) {
    if (element.kind === 'literal') {
      if (!text.startsWith(element.text, position)) return undefined;
      position += element.text.length;
      continue;
    }
    const point = text.codePointAt(position);
    if (point === undefined || (element.kind === 'set' && !element.has(point))) return undefined;
    position += width(point);
  }
  return position;
}

function firstFit(text: string, from: number, piece: Piece): number | undefined {
  const first = piece[0];
  let at = from;
  while (at <= text.length) {
    if (first?.kind === 'literal') {
      at = text.indexOf(first.text, at);
      if (at < 0) return undefined;
    }
    const end = endOfFit(text, at, piece);
    if (end !== undefined) return end;
    at += width(text.codePointAt(at) ?? 0);
  }
  return undefined;
}

/** Where the last piece must begin to end with the text: as many code points before the end as it has. */
function startOfLast(text: string, piece: Piece): number | undefined {
  let at = text.length;
  for (let i = piece.length - 1; i >= 0; i--) {
    const element = piece[i]!;
    if (element.kind === 'literal') at -= element.text.length;
    else at -= at > 1 && isLowSurrogate(text.charCodeAt(at - 1)) ? 2 : 1;
    if (at < 0) return undefined;
  }
  return at;
}

function width(point: number): number {
  return point > 0xffff ? 2 : 1;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
