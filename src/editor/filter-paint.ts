import { KEYWORDS, symbol } from '../../backend/sql/grammar.ts';
import { type Token, tokenize } from '../../backend/sql/tokens.ts';
import type { FilterFault } from './filter-fault.ts';
import { withoutReferences } from './filter-place.ts';

export type PaintKind = 'plain' | 'keyword' | 'string' | 'number' | 'name' | 'variable';

export interface Paint {
  readonly text: string;
  readonly kind: PaintKind;
  readonly isFault: boolean;
}

/** The whole text in pieces of one colour each; a fault at the end is a piece of its own, one space wide. */
export function paintFilter(text: string, fault: FilterFault | undefined): Paint[] {
  const paints: Paint[] = [];
  const add = (from: number, to: number, kind: PaintKind): void => {
    const { end = 0, start = 0 } = fault ?? {};
    const cuts = [from, ...[start, end].filter(cut => cut > from && cut < to), to];
    for (let i = 1; i < cuts.length; i++) {
      const [left, right] = [cuts[i - 1]!, cuts[i]!];
      if (left === right) continue;
      paints.push({
        text: text.slice(left, right),
        kind,
        isFault: fault !== undefined && left >= start && right <= end,
      });
    }
  };
  let at = 0;
  for (const token of readable(withoutReferences(text))) {
    add(at, token.start, 'plain');
    add(token.start, token.end, kindOf(token, text));
    at = token.end;
  }
  add(at, text.length, 'plain');
  if (fault !== undefined && fault.start >= text.length) paints.push({ text: ' ', kind: 'plain', isFault: true });
  return paints;
}

function kindOf(token: Token, text: string): PaintKind {
  switch (token.kind) {
    case 'string':
      return text[token.start] === "'" ? 'string' : 'variable';
    case 'number':
    case 'duration':
      return 'number';
    case 'reference':
      return 'name';
    case 'word':
      return KEYWORDS.has(symbol(token)) ? 'keyword' : 'plain';
    default:
      return 'plain';
  }
}

/** The tokens up to the first thing that is none. */
function readable(text: string): Token[] {
  try {
    return tokenize(text).slice(0, -1);
  } catch (error) {
    const position = (error as { position?: number }).position ?? 0;
    return position < text.length && position > 0 ? readable(text.slice(0, position)) : [];
  }
}
