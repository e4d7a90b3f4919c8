import { onTestFinished } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import type { Change } from '../../../backend/object-server/change.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import type { ObjectServerOptions } from '../../../backend/object-server/object-server-options.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { SimClock } from '../../support/sim-clock.ts';

/** An object server in memory (or as the options say), closed when the test ends. */
export function openServer(options: Partial<ObjectServerOptions> = {}): ObjectServer {
  const server = ObjectServer.open({ mode: 'dump', clock: new SimClock(), ...options });
  onTestFinished(() => server.close());
  return server;
}

/** Drains, and answers what the queued write was answered with. */
export async function done<T>(server: ObjectServer, outcome: Promise<T>): Promise<T> {
  // A refusal may come before the draining does; it is looked at below.
  outcome.catch(() => {});
  await Promise.resolve();
  server.drain();
  return await outcome;
}

/** The refusal of a write, as `code: message`. */
export async function refusal(server: ObjectServer, outcome: Promise<unknown>): Promise<string> {
  try {
    await done(server, outcome);
  } catch (error) {
    if (error instanceof PanelcastError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Rows of events as objects of the columns asked for, by serial. */
export function events(server: ObjectServer, ...columns: string[]): Record<string, Value>[] {
  return server
    .select('events', { columns, orderBy: [{ column: 'serial' }] })
    .map(row => Object.fromEntries(columns.map((column, i) => [column, row[i]!])));
}

export function collect(server: ObjectServer): Change[] {
  const changes: Change[] = [];
  server.onCommit(committed => changes.push(...committed));
  return changes;
}
