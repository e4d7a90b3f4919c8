import { flagOf, OPTION_NAMES, OPTIONS, type OptionName, SCALAR_NAMES, variableOf } from './options.ts';

/** The options as `--help` prints them. */
export function optionsHelp(): string {
  return SCALAR_NAMES.map(name => `  ${usage(name)}\n      ${OPTIONS[name].sentence}`).join('\n');
}

function usage(name: OptionName): string {
  const { defaultText, kind, secret } = OPTIONS[name];
  const flag = flagOf(name);
  if (kind === 'boolean') return flag; // a switch is off unless it is named
  const value = `${flag} <${kind.replaceAll(' \\| ', '|')}>`;
  return `${value}${secret ? `, or ${flag}-file <file>` : ''}${defaultText === '' ? '' : ` (${defaultText})`}`;
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
