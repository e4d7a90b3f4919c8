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
  504: 'timeout',
};

const NO_ANSWER = 0;
/** How Chromium, Firefox and Safari tell by an exception that no answer came. */
const NO_ANSWER_TEXT = /failed to fetch|networkerror|load failed|network connection/i;

/** A refusal of the notifier, or of whatever stands before it, as one kind of error. */
export function requestFailure(error: unknown): PanelcastError {
  if (error instanceof PanelcastError) return error;
  const { data: given, status = NO_ANSWER, statusText } = fetchError(error);
  const data = typeof given === 'string' ? parsed(given) : given;
  const own = isRecord(data) && isRecord(data.error) ? data.error : undefined;
  if (own !== undefined && isCode(own.code) && typeof own.message === 'string')
    return new PanelcastError(own.code, own.message, {
      cause: error,
      ...(typeof own.position === 'number' && { position: own.position }),
    });
  const told = isRecord(data) && typeof data.message === 'string' ? data.message : statusText;
  const message =
    status === NO_ANSWER ? 'Grafana cannot be reached' : `the notifier cannot be asked: ${status} ${told ?? ''}`;
  return new PanelcastError(CODE_BY_STATUS[status] ?? unnamedCode(status), message.trim(), { cause: error });
}

/** Nobody there, or what stands before the notifier is in trouble: no word on the request, which may be asked again. */
function unnamedCode(status: number): ErrorCode {
  return status === NO_ANSWER || status >= 502 ? 'overloaded' : 'internal';
}

interface FetchFailure {
  readonly status?: number;
  readonly statusText?: string;
  readonly data?: unknown;
}

function fetchError(error: unknown): FetchFailure {
  if (isRecord(error) && typeof error.status === 'number') return error as FetchFailure;
  const statusText = error instanceof Error ? error.message : String(error);
  const isUnanswered = error instanceof TypeError && NO_ANSWER_TEXT.test(statusText);
  return { status: isUnanswered ? NO_ANSWER : 500, statusText };
}

/** A stream's refusal comes as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's own page; its status says enough
  }
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_KINDS, code);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
