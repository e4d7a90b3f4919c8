import { readFileSync } from 'node:fs';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { ConfigFile } from './config-file.ts';
import {
  CLIENT_VARIABLES,
  type Config,
  flagOf,
  OPTION_NAMES,
  OPTIONS,
  type OptionName,
  SCALAR_NAMES,
  variableOf,
} from './options.ts';
import { type Setting, unknownOption } from './setting.ts';

export interface ConfigInput {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative file names start from. */
  readonly cwd: string;
}

/** File < environment < flags. Every mistake of all three is told in one error, a line each. */
export function readConfig(input: ConfigInput): Config {
  const mistakes: string[] = [];
  const flags = readFlags(input.args, mistakes);
  const settings = new Map<OptionName, Setting>();
  const file = new ConfigFile(flags.file ?? input.env.PANELCAST_CONFIG, input.cwd);
  mistakes.push(...file.mistakes);
  for (const source of [file.settings, readEnvironment(input.env, mistakes), flags.settings]) {
    for (const [name, setting] of source) settings.set(name, setting);
  }
  const config: Record<string, unknown> = { placeOf: (path: string) => file.placeOf(path) };
  for (const name of OPTION_NAMES) {
    const setting = settings.get(name);
    try {
      config[name] = setting === undefined ? OPTIONS[name].default : OPTIONS[name].parse(setting.raw);
    } catch (error) {
      mistakes.push(`${setting?.place}: ${name} ${(error as Error).message}`);
    }
  }
  if (mistakes.length === 0) checkTogether(config as Config, mistakes);
  if (mistakes.length > 0) throw new PanelcastError('bad-config', mistakes.join('\n'));
  return config as Config;
}

/** Rules between options. */
function checkTogether(config: Config, mistakes: string[]): void {
  const loopback = /^(localhost|::1|127(\.\d{1,3}){3})$/.test(config.host);
  if (!loopback && config.token === undefined) {
    mistakes.push(
      `host ${config.host} is open to the network, which needs authentication: set ${variableOf('token')}, or listen on 127.0.0.1`,
    );
  }
}

function readEnvironment(env: ConfigInput['env'], mistakes: string[]): Map<OptionName, Setting> {
  const settings = new Map<OptionName, Setting>();
  const names = new Map(SCALAR_NAMES.map(name => [variableOf(name), name]));
  const secretFiles = new Map(
    SCALAR_NAMES.filter(name => OPTIONS[name].secret).map(name => [`${variableOf(name)}_FILE`, name]),
  );
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('PANELCAST_') || value === undefined || CLIENT_VARIABLES.includes(variable)) continue;
    const fileOf = secretFiles.get(variable);
    const name = names.get(variable) ?? fileOf;
    if (name === undefined)
      mistakes.push(`environment: ${unknownOption(variable, [...names.keys(), ...secretFiles.keys()])}`);
    else if (fileOf === undefined) settings.set(name, { raw: value, place: variable });
    else if (env[variableOf(name)] !== undefined)
      mistakes.push(`${variable}: ${variableOf(name)} is set too; keep one of them`);
    else readSecret(name, { raw: value, place: variable }, settings, mistakes);
  }
  return settings;
}

function readSecret(name: OptionName, file: Setting, settings: Map<OptionName, Setting>, mistakes: string[]): void {
  try {
    settings.set(name, { raw: readFileSync(String(file.raw), 'utf8'), place: file.place });
  } catch (error) {
    mistakes.push(`${file.place}: ${file.raw} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function readFlags(
  args: readonly string[],
  mistakes: string[],
): { file: string | undefined; settings: Map<OptionName, Setting> } {
  const settings = new Map<OptionName, Setting>();
  const names = new Map(SCALAR_NAMES.map(name => [flagOf(name), name]));
  const switches = SCALAR_NAMES.filter(name => OPTIONS[name].kind === 'boolean');
  const offs = new Map(switches.map(name => [flagOf(name).replace('--', '--no-'), name]));
  const secrets = SCALAR_NAMES.filter(name => OPTIONS[name].secret);
  const secretFiles = new Map(secrets.map(name => [`${flagOf(name)}-file`, name]));
  const known = [...names.keys(), ...offs.keys(), ...secretFiles.keys(), '--config'];
  let file: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [flag, attached] = splitFlag(args[i]!);
    const name = names.get(flag);
    const off = offs.get(flag);
    const isSwitch = name !== undefined && switches.includes(name);
    if (off !== undefined) {
      if (attached === undefined) settings.set(off, { raw: false, place: flag });
      else mistakes.push(`${flag} takes no value; write ${flagOf(off)}=${attached}`);
    } else if (isSwitch && (attached !== undefined || !/^(true|false)$/.test(args[i + 1] ?? ''))) {
      settings.set(name, { raw: attached ?? true, place: flag });
    } else if (!flag.startsWith('--')) mistakes.push(`unexpected argument ${flag}`);
    else if (!known.includes(flag)) {
      mistakes.push(unknownOption(flag, known));
      if (attached === undefined && args[i + 1]?.startsWith('--') === false) i++; // its value, most likely
    } else {
      const value = attached ?? args[++i];
      const secretFile = secretFiles.get(flag);
      if (value === undefined) mistakes.push(`${flag} needs a value`);
      else if (name !== undefined) settings.set(name, { raw: value, place: flag });
      else if (secretFile !== undefined) readSecret(secretFile, { raw: value, place: flag }, settings, mistakes);
      else file = value;
    }
  }
  return { file, settings };
}

function splitFlag(arg: string): [string, string | undefined] {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}
