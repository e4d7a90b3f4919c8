import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** Where and on what the figures were taken: without it they mean nothing. */
export interface Circumstances {
  readonly date: string;
  readonly command: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly kernel: string;
}

export function circumstances(command: string): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    command,
    commit: commit(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version.slice(1),
    kernel: release(),
  };
}

function commit(): string {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname });
  return git.status === 0 ? git.stdout.trim() : 'none'; // run from an archive
}
