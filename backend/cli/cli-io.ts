import type { Readable, Writable } from 'node:stream';

/** All that a command sees of the process that runs it, so that tests can be its terminal. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal now; it may be resized. */
  columns(): number;
}

export function cliIoOf(process: NodeJS.Process): CliIo {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    env,
    isTerminal: { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
    // A terminal without a size, as those of containers and of `script`, has 0.
    columns: () => stdout.columns || 80,
  };
}

/** The reader of our output went away, as `head` does: the work is done, and it is no error. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** What was to be said cannot be written, on a full disk mostly: the command ends with this line. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
}

/** Waits until the text has left, so that a large result never piles up in memory. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const ignore = () => undefined;
    stream.once('error', ignore);
    stream.write(text, error => {
      stream.off('error', ignore);
      if (!error) return void resolve();
      stream.on('error', ignore); // the stream says it again
      if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'))
        reject(new OutputClosed());
      else reject(new OutputFailed(`the output cannot be written: ${error.message}`, { cause: error }));
    });
  });
}
