import type { TemplateSrv } from '@grafana/runtime';

type Format = ((value: unknown) => string) | string | undefined;

/** The custom value that a variable has for "All": Grafana does not hand it to a format. */
export class AllValue {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Grafana's interpolation as far as a data source meets it: a format of its own in the text goes before the given one. */
export function fakeTemplates(values: Readonly<Record<string, unknown>>): TemplateSrv {
  const replace = (target = '', _scoped?: unknown, format?: Format): string =>
    target.replace(
      /\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}|\[\[(\w+)(?::\w+)?\]\]/g,
      (whole, bare, braced, ownFormat, bracketed) => {
        const name = bare ?? braced ?? bracketed;
        if (!(name in values)) return whole;
        const value = values[name];
        if (value instanceof AllValue) return value.text;
        if (ownFormat === 'raw' || format === undefined) return [value].flat().join(',');
        return typeof format === 'function' ? format(value) : String(value);
      },
    );
  return { replace, getVariables: () => [], containsTemplate: () => false, updateTimeRange: () => {} };
}
