import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { StoreMode } from '../../../backend/object-server/lifetime.ts';
import type { Random } from '../../support/random.ts';
import { type Acknowledged, acknowledgements } from './crash.ts';

/**
 * Simulated power cuts. The system calls of a writing process are recorded with strace, in order, with the bytes that it
 * wrote. At any point of that record the disk holds for certain only what was written to a file before the last fsync of
 * that file; of what was written since, any part may be there: nothing, all, any writes without the others, and of the
 * last one any sectors. That is what a disk with a volatile cache promises, and less than what real ones do.
 */
export type FileCall =
  | { readonly call: 'write'; readonly file: string; readonly data: Buffer; readonly at: number }
  | { readonly call: 'truncate'; readonly file: string; readonly size: number }
  | { readonly call: 'sync'; readonly file: string }
  | { readonly call: 'remove'; readonly file: string }
  | { readonly call: 'told'; readonly text: string };

const SECTOR = 512;
const CALLS = 'pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename';

export function hasStrace(): boolean {
  return spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0;
}

/** The calls of a process that did so many writes to a new store. */
export function recordWriter(dir: string, mode: StoreMode, writes: number): FileCall[] {
  const trace = join(dir, 'trace');
  const data = join(dir, 'data');
  const command = [process.execPath, join(import.meta.dirname, 'crash-writer.ts'), data, mode, '0', `${writes}`];
  const traced = ['-qq', '-y', '-xx', '-s', '10000000', '-o', trace, '-e', `trace=${CALLS}`, '--', ...command];
  const run = spawnSync('strace', traced, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the traced process failed: ${run.stderr}`);
  const lines = readFileSync(trace, 'latin1').split('\n');
  return lines.map(line => parseCall(line)).filter(call => call !== undefined);
}

const FD_CALL = /^(\w+)\((\d+)<([^>]*)>(?:, (?:"([^"]*)"|(\d+)))?(?:, (\d+))?(?:, (\d+))?\) += (-?\d+)/;
const PATH_CALL = /^unlink\("([^"]*)"\) += 0/;

function parseCall(line: string): FileCall | undefined {
  const removed = PATH_CALL.exec(line);
  if (removed) return { call: 'remove', file: basename(unhex(removed[1]!).toString()) };
  const match = FD_CALL.exec(line);
  if (!match) return undefined;
  const [, name, fd, path, data, number, , at] = match;
  const file = basename(unhex(path!).toString());
  if (name === 'write' && fd === '1') return { call: 'told', text: unhex(data!).toString() };
  if (!file.startsWith('panelcast.db') || file.endsWith('-shm')) return undefined;
  if (name === 'pwrite64') return { call: 'write', file, data: unhex(data!), at: Number(at) };
  if (name === 'ftruncate') return { call: 'truncate', file, size: Number(number) };
  return name === 'fsync' || name === 'fdatasync' ? { call: 'sync', file } : undefined;
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

export interface PowerCut {
  readonly files: ReadonlyMap<string, Buffer>;
  /** What was answered before the cut. */
  readonly acknowledged: readonly Acknowledged[];
}

/** What is on the disk when the power goes after so many calls; `keep` says what becomes of what was not synced. */
export function cutPower(
  calls: readonly FileCall[],
  after: number,
  random: Random,
  keep: 'nothing' | 'anything',
): PowerCut {
  const disks = new Map<string, Disk>();
  let told = '';
  for (const call of calls.slice(0, after)) {
    if (call.call === 'told') {
      told += call.text;
      continue;
    }
    if (call.call === 'remove') {
      disks.delete(call.file);
      continue;
    }
    const disk = disks.get(call.file) ?? new Disk();
    disks.set(call.file, disk);
    if (call.call === 'sync') disk.sync();
    else disk.pending.push(call);
  }
  const files = new Map([...disks].map(([file, disk]) => [file, disk.afterCut(random, keep)]));
  return { files, acknowledged: acknowledgements(told) };
}

export function writeFiles(dir: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [file, bytes] of files) writeFileSync(join(dir, file), bytes);
}

type Pending = Extract<FileCall, { call: 'write' | 'truncate' }>;

class Disk {
  pending: Pending[] = [];
  #bytes = Buffer.alloc(0);

  sync(): void {
    for (const call of this.pending) this.#apply(call);
    this.pending = [];
  }

  afterCut(random: Random, keep: 'nothing' | 'anything'): Buffer {
    if (keep === 'nothing') return this.#bytes;
    const share = random.pick([0, 0.1, 0.5, 0.9, 1]);
    for (const call of this.pending)
      if (random.chance(share)) this.#apply(random.chance(0.1) ? torn(call, random) : call);
    return this.#bytes;
  }

  #apply(call: Pending): void {
    if (call.call === 'truncate') {
      const bytes = Buffer.alloc(call.size);
      this.#bytes.copy(bytes);
      this.#bytes = bytes;
      return;
    }
    const end = call.at + call.data.length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(end - this.#bytes.length)]);
    call.data.copy(this.#bytes, call.at);
  }
}

/** Some of the sectors of a write. */
function torn(call: Pending, random: Random): Pending {
  if (call.call === 'truncate' || call.data.length <= SECTOR) return call;
  const from = random.int(Math.ceil(call.data.length / SECTOR)) * SECTOR;
  return { ...call, at: call.at + from, data: call.data.subarray(from) };
}
