import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorMessage } from '../protocol/messages.ts';

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
