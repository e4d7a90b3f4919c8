import { flagOf, OPTION_NAMES, OPTIONS, type OptionName, SCALAR_NAMES, variableOf } from './options.ts';

/** The options as `--help` prints them. */
export function optionsHelp(): string {
  return SCALAR_NAMES.map(name => {
    const { defaultText, kind, sentence } = OPTIONS[name];
    const value = kind === 'boolean' ? '' : ` <${kind.replaceAll(' \\| ', '|')}>`;
    return `  ${flagOf(name)}${value}${defaultText === '' ? '' : ` (${defaultText})`}\n      ${sentence}`;
  }).join('\n');
}

/** The options as the README shows them. */
export function optionsTable(): string {
  const lines = ['| option | variable | default | meaning |', '|---|---|---|---|'];
  for (const name of OPTION_NAMES) {
    const { defaultText, sentence, section } = OPTIONS[name];
    lines.push(
      `| \`${name}\` | ${section ? 'file only' : variables(name)} | ${defaultText === '' ? '' : `\`${defaultText}\``} | ${sentence} |`,
    );
  }
  return lines.join('\n');
}

function variables(name: OptionName): string {
  return OPTIONS[name].secret
    ? `\`${variableOf(name)}\`, or a file named by \`${variableOf(name)}_FILE\``
    : `\`${variableOf(name)}\``;
}
