import { ERROR_KINDS, type ErrorCode } from '../protocol/errors.ts';

export interface PanelcastErrorOptions {
  readonly cause?: unknown;
  /** Offset of the fault in the text that the caller sent. */
  readonly position?: number;
  readonly retryAfterMs?: number;
}

/** An operating error: its message is for the person or program that asked. A programmer's error is an assertion. */
export class PanelcastError extends Error {
  readonly code: ErrorCode;
  readonly position: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: PanelcastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PanelcastError';
    this.code = code;
    this.position = options.position;
    this.retryAfterMs = options.retryAfterMs;
  }

  get kind() {
    return ERROR_KINDS[this.code];
  }
}
