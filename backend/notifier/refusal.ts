import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorMessage } from '../protocol/messages.ts';
import type { Span } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { ViewUse } from './stream-table.ts';

/** What a viewer is told of an error. Of one that nobody foresaw it hears only where the reason is. */
export function refusal(error: unknown, id?: string): ErrorMessage {
  const { code, message, position } =
    error instanceof PanelcastError
      ? error
      : new PanelcastError('internal', 'this view failed; the log of the notifier has the reason');
  return {
    type: 'error',
    ...(id === undefined ? {} : { id }),
    code,
    message,
    ...(position === undefined ? {} : { position }),
  };
}

/**
 * Tells all panels of a view that it failed: one text for all that have one id. By itself, not as a round, since it may
 * be in the middle of a cut, which has to go on.
 */
export function tellFailure({ entry, sessions }: ViewUse, error: unknown, outbox: Outbox): void {
  const texts = new Map<string, Span>();
  for (const session of sessions) {
    const spans: Span[] = [];
    for (const [id, { stream }] of session.panels()) {
      if (stream.entry !== entry) continue;
      const span = texts.get(id) ?? outbox.text(JSON.stringify(refusal(error, id)));
      texts.set(id, span);
      spans.push(span);
    }
    outbox.push({ type: 'send', session: session.id, spans });
  }
}
