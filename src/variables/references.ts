import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

/** `$name`, `${name}`, `${name.field}`, `${name:format}`, `[[name]]` */
const NAMES = String.raw`\$(\w+)|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}|\[\[(\w+)(?::\w+)?\]\]`;
const REFERENCE = new RegExp(NAMES, 'g');
/** References, and what they are not looked for in: quotations and comments of the filter language. */
const REFERENCE_OR_QUOTATION = new RegExp(
  String.raw`('(?:[^']|'')*'?|"(?:[^"]|"")*"?|\x60(?:[^\x60]|\x60\x60)*\x60?|--[^\n]*|/\*[\s\S]*?(?:\*/|$))|${NAMES}|\[[^\]]*\]`,
  'g',
);

/**
 * What a variable has when "All" is chosen and its custom value for that is `*`: whatever there is, by tomorrow too. Without
 * a custom value "All" is the list of choices, as they were when the dashboard was loaded.
 */
export const EVERYTHING: readonly string[] = ['*'];

/** The values of variables, as plain texts whatever the format that a reference asks for. */
export class Variables {
  readonly #templates: TemplateSrv;
  readonly #scoped: ScopedVars;

  constructor(templates: TemplateSrv, scoped: ScopedVars = {}) {
    this.#templates = templates;
    this.#scoped = scoped;
  }

  /** Undefined for a variable that there is not. */
  valuesOf(reference: string): readonly string[] | undefined {
    const [, bare, braced, field, format, bracketed] = new RegExp(`^(?:${NAMES})$`).exec(reference) ?? [];
    const name = bare ?? braced ?? bracketed;
    if (name === undefined) return undefined;
    // Times of Grafana's own are written as their format says; of others a format could only break the quotation.
    const suffix = name.startsWith('__') && format !== undefined ? `:${format}` : '';
    const target = `\${${name}${field === undefined ? '' : `.${field}`}${suffix}}`;
    let values: readonly string[] | undefined;
    const take = (value: unknown): string => {
      values = [value].flat().flatMap(each => (each === null || each === undefined ? [] : [String(each)]));
      return '';
    };
    const text = this.#templates.replace(target, this.#scoped, suffix === '' ? take : undefined);
    if (values !== undefined || text === target) return values;
    // Only a custom value for "All" comes past the format; a chosen `*` is a text like any other.
    return suffix === '' && text === EVERYTHING[0] ? EVERYTHING : [text];
  }

  /** Within a text; several values become a comma list. */
  fillText(text: string): string {
    return text.replace(REFERENCE, reference => this.valuesOf(reference)?.join(',') ?? reference);
  }

  /** A list of names: a reference to several values becomes several. */
  fillNames(names: readonly string[]): string[] {
    return names.flatMap(name => this.valuesOf(name) ?? [this.fillText(name)]);
  }
}

export function hasReference(text: string): boolean {
  return text.search(REFERENCE) >= 0;
}

/** Outside of quotations and comments. */
export function replaceReferences(text: string, replace: (reference: string, at: number) => string): string {
  return text.replace(REFERENCE_OR_QUOTATION, (match: string, quotation: string | undefined, ...rest) => {
    const isReference = quotation === undefined && new RegExp(`^(?:${NAMES})$`).test(match);
    return isReference ? replace(match, Number(rest.find(part => typeof part === 'number'))) : match;
  });
}
