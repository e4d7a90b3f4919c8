import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../backend/config/options.ts';
import { readConfig } from '../../../backend/config/read-config.ts';
import { mistakesOf } from '../../support/mistakes.ts';
import { tempDir } from '../../support/temp-dir.ts';

interface Given {
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

function read({ file, env = {}, args = [] }: Given): Config {
  const cwd = tempDir();
  if (file !== undefined) writeFileSync(join(cwd, 'panelcast.yaml'), file);
  return readConfig({ args, env, cwd });
}

const mistakes = (given: Given): string[] => mistakesOf(() => read(given));

describe('reading the configuration', () => {
  it('has a default for everything, on loopback', () => {
    expect(read({})).toMatchObject({
      host: '127.0.0.1',
      port: 4100,
      dataDir: './data',
      intervalMs: 1000,
      throttle: 'adaptive',
      demo: false,
    });
  });

  it('lets the environment win over the file, and flags over both', () => {
    const file = 'port: 1001\nintervalMs: 2s\ndataDir: from-file\n';
    const env = { PANELCAST_PORT: '1002', PANELCAST_DATA_DIR: 'from-environment' };
    expect(read({ file, env, args: ['--port=1003'] })).toMatchObject({
      port: 1003,
      dataDir: 'from-environment',
      intervalMs: 2000,
    });
  });

  it('reads durations and sizes as people write them', () => {
    const args = ['--interval-ms', '1m30s', '--log-bytes', '64MiB', '--sql-timeout-ms', '250'];
    expect(read({ args })).toMatchObject({ intervalMs: 90_000, logBytes: 64 * 2 ** 20, sqlTimeoutMs: 250 });
  });

  it('takes a switch as --demo, --no-demo, --demo=false and --demo true', () => {
    expect(read({ args: ['--demo'] }).demo).toBe(true);
    expect(read({ args: ['--demo', 'true', '--port', '1'] }).demo).toBe(true);
    expect(read({ args: ['--demo=false'] }).demo).toBe(false);
    expect(read({ args: ['--no-demo'], env: { PANELCAST_DEMO: '1' } }).demo).toBe(false);
  });

  it('keeps sections of the file as they are', () => {
    expect(read({ file: 'filters:\n  urgent: severity >= 4\n' }).filters).toEqual({ urgent: 'severity >= 4' });
  });

  it('reads a secret from the file that the environment names', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'token'), 's3cret\n');
    expect(read({ env: { PANELCAST_TOKEN_FILE: join(dir, 'token') } }).token).toBe('s3cret');
    expect(read({ args: ['--token-file', join(dir, 'token')] }).token).toBe('s3cret');
    expect(mistakes({ env: { PANELCAST_TOKEN_FILE: join(dir, 'none') } })).toEqual([
      `PANELCAST_TOKEN_FILE: ${dir}/none cannot be read (ENOENT)`,
    ]);
    expect(mistakes({ env: { PANELCAST_TOKEN: 'a', PANELCAST_TOKEN_FILE: 'b' } })).toEqual([
      'PANELCAST_TOKEN_FILE: PANELCAST_TOKEN is set too; keep one of them',
    ]);
  });

  it('never repeats a secret in a message', () => {
    expect(mistakes({ file: 'token: 12345\n' })).toEqual([
      'panelcast.yaml:1: token must be a text (quote it in the file)',
    ]);
  });
});

describe('a wrong configuration', () => {
  it('names the nearest known option, and the file and line', () => {
    expect(mistakes({ file: '# mine\nprot: 4100\n' })).toEqual([
      'panelcast.yaml:2: unknown option prot; did you mean port?',
    ]);
    expect(mistakes({ env: { PANELCAST_DATADIR: 'x' } })).toEqual([
      'environment: unknown option PANELCAST_DATADIR; did you mean PANELCAST_DATA_DIR?',
    ]);
    expect(mistakes({ args: ['--intervall-ms', '5s'] })).toEqual([
      'unknown option --intervall-ms; did you mean --interval-ms?',
    ]);
    expect(mistakes({ args: ['--zzzzzzzzz'] })).toEqual(['unknown option --zzzzzzzzz']);
  });

  it('says what would be right', () => {
    expect(mistakes({ args: ['--port', 'web'] })).toEqual([
      '--port: port must be a whole number from 0 to 65535, not "web"',
    ]);
    expect(mistakes({ file: 'intervalMs: soon\n' })[0]).toBe(
      'panelcast.yaml:1: intervalMs must be a duration from 50ms to 1h such as 500ms, 5s or 1m30s, not "soon"',
    );
    expect(mistakes({ env: { PANELCAST_THROTTLE: 'fast' } })).toEqual([
      'PANELCAST_THROTTLE: throttle must be one of adaptive, patent, off, not "fast"',
    ]);
    expect(mistakes({ env: { PANELCAST_GRAFANA_URL: 'grafana:3000' } })[0]).toContain(
      'must be a URL that starts with http:// or https://',
    );
    expect(mistakes({ file: 'port: [1]\n' })[0]).toContain('panelcast.yaml:1: port must be a whole number');
  });

  it('tells an address that is none from one that needs a token, and a text from a number', () => {
    expect(mistakes({ args: ['--host', '999.1.1.1'] })).toEqual([
      '--host: host must be an address such as 127.0.0.1, or the name of one, not "999.1.1.1"',
    ]);
    expect(mistakes({ file: 'host: 5\n' })).toEqual([
      'panelcast.yaml:1: host must be a text (quote it in the file), not 5',
    ]);
    expect(mistakes({ file: 'dataDir: true\n' })[0]).toContain('dataDir must be a text');
    for (const host of ['::', '10.0.0.7', 'noc-1.example.com', 'localhost'])
      expect(read({ args: ['--host', host, '--token', 'x'] }).host).toBe(host);
  });

  it('tells all mistakes of file, environment and flags together', () => {
    const all = mistakes({
      file: 'prot: 1\nport: x\n',
      env: { PANELCAST_STORE: 'disk' },
      args: ['--demo-rate', '0', 'stray', '--viewers'],
    });
    expect(all).toHaveLength(6);
  });

  it('says where YAML cannot be read', () => {
    expect(mistakes({ file: 'port: 1\n  - [unclosed\n' })[0]).toMatch(/^panelcast\.yaml:\d: /);
    expect(mistakes({ file: '- a\n- b\n' })).toEqual(['panelcast.yaml:1: must be a list of “option: value” lines']);
    expect(mistakes({ file: 'port: 1\nport: 2\n' })[0]).toMatch(/^panelcast\.yaml:2: .*unique/i);
  });

  it('tells the first fault of syntax and not its echoes', () => {
    expect(mistakes({ file: '{{{{ : [ nonsense\n\t- "x\n' })).toHaveLength(1);
  });

  it('says which value points to an anchor that is not there', () => {
    expect(mistakes({ file: 'host: localhost\nport: *web\n' })[0]).toMatch(
      /^panelcast\.yaml:2: port cannot be read: Unresolved alias .*web/,
    );
    expect(read({ file: 'host: &here localhost\ndataDir: *here\n' }).dataDir).toBe('localhost');
  });

  it('takes no value for a switch that is turned off, and a file for a secret alone', () => {
    expect(mistakes({ args: ['--no-demo=true'] })).toEqual(['--no-demo takes no value; write --demo=true']);
    expect(mistakes({ args: ['--demo-file', 'x'] })[0]).toContain('unknown option --demo-file');
    expect(mistakes({ args: ['--no-port'] })[0]).toContain('unknown option --no-port');
  });

  it('misses a file that was asked for by name, not one that was not', () => {
    expect(mistakes({ args: ['--config', 'other.yaml'] })).toEqual([
      'other.yaml: cannot be read (ENOENT); give another file with --config',
    ]);
    expect(mistakes({})).toEqual([]);
  });

  it('refuses to listen beyond loopback without a token', () => {
    expect(mistakes({ env: { PANELCAST_HOST: '0.0.0.0' } })[0]).toContain(
      'set PANELCAST_TOKEN, or listen on 127.0.0.1',
    );
    expect(mistakes({ env: { PANELCAST_HOST: '0.0.0.0', PANELCAST_TOKEN: 'x' } })).toEqual([]);
    expect(mistakes({ env: { PANELCAST_HOST: '::1' } })).toEqual([]);
    expect(mistakes({ env: { PANELCAST_HOST: '127.0.0.2' } })).toEqual([]);
    expect(mistakes({ env: { PANELCAST_HOST: '127.example.com' } })).toHaveLength(1);
  });
});
