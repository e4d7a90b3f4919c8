import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Position } from '../protocol/messages.ts';
import { type CliIo, OutputFailed, write } from './cli-io.ts';
import { usageError } from './command-line.ts';
import type { Patience } from './patience.ts';
import { positionOfText, readPosition } from './tail-line.ts';

/** Where lines go, and from where a tail that was killed goes on. */
export interface TailOutput {
  /** Where the last one ended; undefined when there was none. */
  readonly position: Position | undefined;
  /** Resolves once nothing of it can be lost by killing this process; `position` is where it ends. */
  write(text: string, position: Position | undefined): Promise<void>;
  close(): void;
}

/**
 * A pipe or terminal. The position is kept beside, written after the lines have left: killed in between, the lines of
 * that one cut come again, and whoever reads the pipe can tell them by their seq.
 */
export class StreamOutput implements TailOutput {
  readonly #io: CliIo;
  readonly #file: string | undefined;
  readonly #patience: Patience;
  readonly position: Position | undefined;

  constructor(io: CliIo, stateFile: string | undefined, patience: Patience) {
    this.#io = io;
    this.#file = stateFile;
    this.#patience = patience;
    this.position = stateFile === undefined ? undefined : loadState(stateFile);
  }

  async write(text: string, position: Position | undefined): Promise<void> {
    await write(this.#io.stdout, text);
    const file = this.#file;
    if (file === undefined || position === undefined) return;
    await patiently(this.#patience, `--state ${file}`, () => {
      const next = `${file}.${process.pid}`;
      writeFileSync(next, `${JSON.stringify(position)}\n`, { mode: 0o600 });
      renameSync(next, file);
    });
  }

  close(): void {}
}

function loadState(file: string): Position | undefined {
  let text: string;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw usageError(`--state ${file} cannot be used (${(error as NodeJS.ErrnoException).code})`);
  }
  const position = readPosition(text);
  if (position === undefined)
    throw usageError(`--state ${file} does not hold the position of a tail; remove it, or name another`);
  return position;
}

/** Long enough for any line of a change; a longer one is no line of ours. */
const LINE_BYTES_MAX = 16 * 2 ** 20;
const NEWLINE = 0x0a;
const LINE_START = '{"epoch":';

/**
 * A file that is its own position: each line names its seq, and a line that was being written when the process was
 * killed is cut off at the next start. So every change is in it once, however often both sides are killed.
 */
export class FileOutput implements TailOutput {
  readonly #fd: number;
  readonly #file: string;
  readonly #patience: Patience;
  readonly position: Position | undefined;

  /** `goesOn`: the lines have positions, and those that are there already are where to go on from. */
  constructor(file: string, goesOn: boolean, patience: Patience) {
    this.#file = file;
    this.#patience = patience;
    try {
      this.#fd = openSync(file, 'a+', 0o644);
    } catch (error) {
      throw usageError(`--output ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    if (!goesOn) return;
    const { line, torn, tornAt } = fileEnd(this.#fd);
    this.position = line === undefined ? undefined : positionOfText(line);
    const isOurs =
      (line === undefined || this.position !== undefined) && torn.startsWith(LINE_START.slice(0, torn.length));
    if (!isOurs) throw usageError(`--output ${file} does not end in a line of panelcast tail; name another file`);
    if (torn !== '') ftruncateSync(this.#fd, tornAt);
  }

  async write(text: string): Promise<void> {
    const { size } = fstatSync(this.#fd);
    await patiently(this.#patience, `--output ${this.#file}`, () => {
      if (fstatSync(this.#fd).size > size) ftruncateSync(this.#fd, size); // the begin that had room the last time
      writeFileSync(this.#fd, text);
      fdatasyncSync(this.#fd);
    });
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** What the disk refuses is tried again; the connection's own patience must not begin it anew. */
async function patiently(patience: Patience, what: string, work: () => void): Promise<void> {
  try {
    await patience.until(() => {
      try {
        work();
      } catch (cause) {
        const why = (cause as Error).message;
        throw new PanelcastError('storage-failed', `${what} cannot be written: ${why}`, { cause });
      }
    });
  } catch (error) {
    throw new OutputFailed((error as Error).message, { cause: error });
  }
  await patience.ended(`${what} can be written again`);
}

/** The last whole line, and what stands behind it. */
function fileEnd(fd: number): { line: string | undefined; torn: string; tornAt: number } {
  const { size } = fstatSync(fd);
  const from = Math.max(0, size - LINE_BYTES_MAX);
  const end = Buffer.alloc(size - from);
  readSync(fd, end, 0, end.length, from);
  const newline = end.lastIndexOf(NEWLINE);
  const line = newline < 0 ? undefined : end.subarray(end.lastIndexOf(NEWLINE, newline - 1) + 1, newline).toString();
  const torn = end.subarray(newline + 1, newline + 1 + LINE_START.length).toString();
  return { line, torn, tornAt: from + newline + 1 };
}
