/** One sample of a Prometheus text page; `name` is among the labels as `__name__`, as in PromQL. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** Reads the text exposition format; comments and lines of another form are passed over. */
export function parseExposition(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const found = line.startsWith('#') ? null : LINE.exec(line);
    if (found === null) continue;
    const labels: Record<string, string> = { __name__: found[1]! };
    for (const [, name, value] of (found[2] ?? '').matchAll(LABEL))
      labels[name!] = value!.replaceAll(/\\(.)/g, (_, letter) => ESCAPES[letter] ?? letter);
    samples.push({ labels, value: parseNumber(found[3]!) });
  }
  return samples;
}

/** Prometheus writes infinities as +Inf and -Inf. */
export function parseNumber(text: string): number {
  const infinite = /^([+-]?)Inf$/i.exec(text);
  if (infinite === null) return Number(text);
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
