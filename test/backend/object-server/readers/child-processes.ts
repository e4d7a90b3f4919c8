import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of a process's children, zombies included. Linux only: elsewhere, none. */
export function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).flatMap(task => {
      const children = readFileSync(`${tasks}/${task}/children`, 'utf8').trim();
      return children === '' ? [] : children.split(' ').map(Number);
    });
  } catch {
    // The process, or /proc, is not there: it has no children.
    return [];
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH
    return false;
  }
}
