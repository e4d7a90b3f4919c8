import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, as /proc counts. */
const TICK_MS = 10;

/** Milliseconds of CPU that this process uses while it works, the kernel's for it included. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000;
}

/** Milliseconds of CPU that another process has used, with all its living descendants and the dead ones it waited for. */
export function cpuMsOfTree(pid: number): number {
  let sum = cpuMsOfOne(pid);
  for (const child of childrenOf(pid)) sum += cpuMsOfTree(child);
  return sum;
}

function cpuMsOfOne(pid: number): number {
  // After the name, which may hold anything: state is the first, utime stime cutime cstime stand from the twelfth on.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
