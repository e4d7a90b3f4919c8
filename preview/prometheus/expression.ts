/**
 * The part of PromQL that the provisioned dashboards use: selectors with equal-to matchers, rate, sum and max with by,
 * histogram_quantile, arithmetic, numbers. Anything else is refused with its place.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | Selector
  | { readonly kind: 'rate'; readonly of: Selector; readonly windowMs: number }
  | { readonly kind: 'quantile'; readonly q: number; readonly of: Expression }
  | { readonly kind: 'aggregate'; readonly fn: AggregateFn; readonly by: readonly string[]; readonly of: Expression }
  | { readonly kind: 'arithmetic'; readonly op: Operator; readonly left: Expression; readonly right: Expression };

export interface Selector {
  readonly kind: 'selector';
  /** `__name__` among them. */
  readonly labels: Readonly<Record<string, string>>;
}
export type AggregateFn = 'sum' | 'max';
export type Operator = '+' | '-' | '*' | '/';

const TOKEN = /\s*(?:(\d+(?:ms|[smhd]))|(\d+(?:\.\d+)?)|([a-zA-Z_:][\w:]*)|"((?:[^"\\]|\\.)*)"|([-+*/(){}[\],=]))/y;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

type Token = { readonly kind: 'duration' | 'number' | 'name' | 'text' | 'sign' | 'end'; readonly text: string };

export function parseExpression(source: string): Expression {
  const parser = new Parser(source);
  const expression = parser.sum();
  parser.end();
  return expression;
}

class Parser {
  readonly #source: string;
  #next: Token;
  #position = 0;

  constructor(source: string) {
    this.#source = source;
    this.#next = this.#read();
  }

  sum(): Expression {
    let left = this.#product();
    while (this.#next.text === '+' || this.#next.text === '-') left = this.#operate(left, () => this.#product());
    return left;
  }

  end(): void {
    if (this.#next.kind !== 'end') this.#refuse('the end');
  }

  #product(): Expression {
    let left = this.#primary();
    while (this.#next.text === '*' || this.#next.text === '/') left = this.#operate(left, () => this.#primary());
    return left;
  }

  #operate(left: Expression, operand: () => Expression): Expression {
    const op = this.#take().text as Operator;
    return { kind: 'arithmetic', op, left, right: operand() };
  }

  #primary(): Expression {
    if (this.#next.kind === 'number') return { kind: 'number', value: Number(this.#take().text) };
    if (this.#skip('(')) return this.#closed(this.sum());
    if (this.#next.kind !== 'name') this.#refuse('a metric, a function or a number');
    const name = this.#take().text;
    if (name === 'rate') return this.#rate();
    if (name === 'histogram_quantile') return this.#quantile();
    if (name === 'sum' || name === 'max') return this.#aggregate(name);
    return this.#selector(name);
  }

  #rate(): Expression {
    this.#expect('(');
    const of = this.#selector(this.#expectKind('name'));
    this.#expect('[');
    const [, count, unit] = /^(\d+)(\D+)$/.exec(this.#expectKind('duration'))!;
    this.#expect(']');
    return this.#closed({ kind: 'rate', of, windowMs: Number(count) * UNIT_MS[unit!]! });
  }

  #quantile(): Expression {
    this.#expect('(');
    const q = Number(this.#expectKind('number'));
    this.#expect(',');
    return this.#closed({ kind: 'quantile', q, of: this.sum() });
  }

  #aggregate(fn: AggregateFn): Expression {
    const by: string[] = [];
    if (this.#skip('by')) {
      this.#expect('(');
      do by.push(this.#expectKind('name'));
      while (this.#skip(','));
      this.#expect(')');
    }
    this.#expect('(');
    return this.#closed({ kind: 'aggregate', fn, by, of: this.sum() });
  }

  #selector(name: string): Selector {
    const labels: Record<string, string> = { __name__: name };
    if (this.#skip('{')) {
      do {
        const label = this.#expectKind('name');
        this.#expect('=');
        labels[label] = this.#expectKind('text');
      } while (this.#skip(','));
      this.#expect('}');
    }
    return { kind: 'selector', labels };
  }

  #closed(expression: Expression): Expression {
    this.#expect(')');
    return expression;
  }

  #skip(text: string): boolean {
    const here = this.#next.text === text && this.#next.kind !== 'text';
    if (here) this.#take();
    return here;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) this.#refuse(`"${text}"`);
  }

  #expectKind(kind: Token['kind']): string {
    if (this.#next.kind !== kind) this.#refuse(`a ${kind}`);
    return this.#take().text;
  }

  #take(): Token {
    const taken = this.#next;
    this.#next = this.#read();
    return taken;
  }

  #read(): Token {
    TOKEN.lastIndex = this.#position;
    const found = TOKEN.exec(this.#source);
    if (found === null) {
      if (this.#source.slice(this.#position).trim() !== '') this.#refuse('an expression of the preview’s PromQL');
      return { kind: 'end', text: '' };
    }
    this.#position = TOKEN.lastIndex;
    const [, duration, number, name, text, sign] = found;
    if (duration !== undefined) return { kind: 'duration', text: duration };
    if (number !== undefined) return { kind: 'number', text: number };
    if (name !== undefined) return { kind: 'name', text: name };
    if (text !== undefined) return { kind: 'text', text };
    return { kind: 'sign', text: sign! };
  }

  #refuse(wanted: string): never {
    throw new Error(`The preview cannot read "${this.#source}" at ${this.#position}: expected ${wanted}`);
  }
}
