import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Patience } from '../../../backend/cli/patience.ts';
import { FileOutput, StreamOutput } from '../../../backend/cli/tail-output.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { TestTerminal } from './test-terminal.ts';

const LINE = '{"epoch":1,"seq":7,"op":"enter","key":1,"row":{}}\n';
const NEXT = '{"epoch":1,"seq":9,"op":"leave","key":1,"row":{}}\n';
const GAP = '{"epoch":2,"op":"gap","from":10,"to":12}\n';

const IMPATIENT = new Patience({ forMs: 0, until: 'it can be', say: async () => {} });

function fileWith(text: string): string {
  const file = join(tempDir(), 'tail.ndjson');
  writeFileSync(file, text);
  return file;
}

function positionIn(text: string) {
  const output = new FileOutput(fileWith(text), true, IMPATIENT);
  output.close();
  return output.position;
}

describe('the file of a tail', () => {
  it('says where to go on: at its last line, or at the end of a gap', () => {
    expect(positionIn('')).toBeUndefined();
    expect(positionIn(LINE)).toEqual({ epoch: 1, seq: 7 });
    expect(positionIn(LINE + NEXT)).toEqual({ epoch: 1, seq: 9 });
    expect(positionIn(LINE + GAP)).toEqual({ epoch: 2, seq: 12 });
  });

  it('loses a line that was cut off wherever it was, and nothing before it', async () => {
    for (let length = 1; length < NEXT.length; length++) {
      const file = fileWith(LINE + NEXT.slice(0, length));
      const output = new FileOutput(file, true, IMPATIENT);
      expect(output.position).toEqual({ epoch: 1, seq: 7 });
      await output.write(NEXT);
      output.close();
      expect(readFileSync(file, 'utf8')).toBe(LINE + NEXT);
    }
  });

  it.each([['notes of mine\n'], ['notes of mine'], [`${LINE}and notes`], ['{"epoch":1,"asOf":3,"op":"row"}\n']])(
    'is left as it is when it is not a tail’s: %j',
    text => {
      const file = fileWith(text);
      expect(() => new FileOutput(file, true, IMPATIENT)).toThrow('does not end in a line of panelcast tail');
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('is appended to as it is where lines have no positions', async () => {
    const file = fileWith('notes\n');
    const output = new FileOutput(file, false, IMPATIENT);
    await output.write('more\n');
    output.close();
    expect(readFileSync(file, 'utf8')).toBe('notes\nmore\n');
  });

  it('must be writable', () => {
    expect(() => new FileOutput(join(tempDir(), 'no', 'such'), true, IMPATIENT)).toThrow('cannot be written (ENOENT)');
  });
});

describe('the pipe of a tail', () => {
  it('keeps its position beside, once the lines have left', async () => {
    const state = join(tempDir(), 'deep', 'state.json');
    const terminal = new TestTerminal();
    const output = new StreamOutput(terminal, state, IMPATIENT);
    expect(output.position).toBeUndefined();
    await output.write(LINE, { epoch: 1, seq: 7 });
    expect(terminal.out).toBe(LINE);
    expect(new StreamOutput(terminal, state, IMPATIENT).position).toEqual({ epoch: 1, seq: 7 });
  });

  it('does not say that lines have left when nobody took them', async () => {
    const state = join(tempDir(), 'state.json');
    const terminal = new TestTerminal();
    terminal.stdout.destroy();
    await expect(new StreamOutput(terminal, state, IMPATIENT).write(LINE, { epoch: 1, seq: 7 })).rejects.toThrow();
    expect(existsSync(state)).toBe(false);
  });

  it('refuses a state file that is something else', () => {
    const state = fileWith('{"version":3}');
    appendFileSync(state, '\n');
    expect(() => new StreamOutput(new TestTerminal(), state, IMPATIENT)).toThrow(
      'does not hold the position of a tail',
    );
  });
});
