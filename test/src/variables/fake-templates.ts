import type { TemplateSrv } from '@grafana/runtime';

type Format = ((value: unknown) => string) | string | undefined;

/** Grafana's interpolation as far as a data source meets it: a format of its own in the text goes before the given one. */
export function fakeTemplates(values: Readonly<Record<string, unknown>>): TemplateSrv {
  const replace = (target = '', _scoped?: unknown, format?: Format): string =>
    target.replace(
      /\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}|\[\[(\w+)(?::\w+)?\]\]/g,
      (whole, bare, braced, ownFormat, bracketed) => {
        const name = bare ?? braced ?? bracketed;
        if (!(name in values)) return whole;
        const value = values[name];
        if (ownFormat === 'raw' || format === undefined) return [value].flat().join(',');
        return typeof format === 'function' ? format(value) : String(value);
      },
    );
  return { replace, getVariables: () => [], containsTemplate: () => false, updateTimeRange: () => {} };
}
