import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorCode } from '../protocol/errors.ts';

/** An error as it crosses a thread, where it would lose what makes it one of ours. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly options: { readonly position?: number; readonly retryAfterMs?: number; readonly cause?: unknown };
}

export function failureOf(error: unknown): Failure {
  if (error instanceof PanelcastError) {
    const { code, message, position, retryAfterMs } = error;
    const options = {
      ...(position === undefined ? {} : { position }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    return { code, message, options };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'internal', message, options: { cause: stack } };
}

export function errorOf({ code, message, options }: Failure): PanelcastError {
  return new PanelcastError(code, message, options);
}
