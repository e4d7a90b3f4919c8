import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { Identity } from '../../notifier/link.ts';

/** Where the names of callers who are somebody's begin; a machine's own name begins with neither. */
const OWNED = /^(user|viewer)\//;

/**
 * The name that a client's store-and-forward streams belong to: what it calls itself, under who it is. Knowing another's
 * name is not enough to take its streams. Machines with the token are one owner, and their names stand as they are.
 */
export function durableName({ role, user }: Identity, client: string): string {
  if (user !== undefined) return `user/${user.replace(/[%/]/g, encodeURIComponent)}/${client}`;
  // Grafana lent its token to somebody without saying to whom.
  if (role !== 'admin') return `viewer/${client}`;
  if (!OWNED.test(client)) return client;
  throw new PanelcastError(
    'bad-request',
    `hello.client "${client}" begins like the name of a user’s client; choose one that begins with neither user/ nor viewer/`,
  );
}
