import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import { ERROR_KINDS, type ErrorCode } from '../../backend/protocol/errors.ts';

/** What answers in the notifier's stead, such as Grafana's proxy. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  429: 'rate-limited',
  502: 'overloaded',
  503: 'overloaded',
  504: 'timeout',
};

/** A refusal of the notifier, or of whatever stands before it, as one kind of error. */
export function requestFailure(error: unknown): PanelcastError {
  if (error instanceof PanelcastError) return error;
  const { data, status = 0, statusText } = fetchError(error);
  const own = isRecord(data) && isRecord(data.error) ? data.error : undefined;
  if (own !== undefined && isCode(own.code) && typeof own.message === 'string')
    return new PanelcastError(own.code, own.message, {
      cause: error,
      ...(typeof own.position === 'number' && { position: own.position }),
    });
  const told = isRecord(data) && typeof data.message === 'string' ? data.message : statusText;
  const message = status === 0 ? 'Grafana cannot be reached' : `the notifier cannot be asked: ${status} ${told ?? ''}`;
  return new PanelcastError(CODE_BY_STATUS[status] ?? 'internal', message.trim(), { cause: error });
}

interface FetchFailure {
  readonly status?: number;
  readonly statusText?: string;
  readonly data?: unknown;
}

function fetchError(error: unknown): FetchFailure {
  if (isRecord(error) && typeof error.status === 'number') return error as FetchFailure;
  return { status: 500, statusText: error instanceof Error ? error.message : String(error) };
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_KINDS, code);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
