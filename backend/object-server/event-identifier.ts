import type { Value } from '../protocol/schema.ts';

/** What an identifier is made of when the reporter gives none, in this order. */
export const IDENTIFIER_PARTS = ['node', 'alert_group', 'alert_key', 'agent', 'manager'] as const;

/**
 * The identifier of an event that has none: node|alert_group|alert_key|agent, and the manager in place of a missing
 * agent. Severity and type are no part of it, so that a resolution clears its problem. A bar or backslash within a part
 * is escaped, so that different parts never make the same identifier. Undefined when there is neither node nor alert.
 */
export function deriveIdentifier(
  part: (name: (typeof IDENTIFIER_PARTS)[number]) => Value | undefined,
): string | undefined {
  const [node, group, key, agent, manager] = IDENTIFIER_PARTS.map(name => String(part(name) ?? ''));
  if (!node && !group && !key) return undefined;
  return [node, group, key, agent || manager].map(text => text!.replace(/[|\\]/g, '\\$&')).join('|');
}
