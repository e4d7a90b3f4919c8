/**
 * The closed list of error codes. PROTOCOL.md documents each row; a test holds the two together. A code is added here
 * and there, nowhere else.
 */
export interface ErrorKind {
  readonly status: number;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
  /** Whether the same call may succeed later without being changed. */
  readonly retry: boolean;
  readonly sentence: string;
}

export const ERROR_KINDS = {
  'bad-request': {
    status: 400,
    log: 'info',
    retry: false,
    sentence: 'The request is not of the form that this route or message takes.',
  },
  'bad-filter': {
    status: 400,
    log: 'info',
    retry: false,
    sentence: 'The filter cannot be read or does not fit the table; `position` is the offset of the fault.',
  },
  'bad-sql': {
    status: 400,
    log: 'info',
    retry: false,
    sentence: 'SQLite refused the statement; the message is its own.',
  },
  'bad-event': {
    status: 400,
    log: 'info',
    retry: false,
    sentence: 'An event does not fit the table; the message names its index and column.',
  },
  'bad-config': {
    status: 500,
    log: 'error',
    retry: false,
    sentence: 'The configuration is wrong; the message names the option and what would be right.',
  },
  forbidden: {
    status: 403,
    log: 'info',
    retry: false,
    sentence: 'The identity is unknown or its role does not allow this. Always 403, since Grafana’s proxy changes 401.',
  },
  'not-found': {
    status: 404,
    log: 'info',
    retry: false,
    sentence: 'There is no such route, table, view, name or registration.',
  },
  'method-not-allowed': {
    status: 405,
    log: 'info',
    retry: false,
    sentence: 'The route exists, but not for this method.',
  },
  conflict: {
    status: 409,
    log: 'info',
    retry: false,
    sentence:
      'What was asked contradicts what is there, such as a name already taken or an idempotency key reused for another body.',
  },
  'too-large': { status: 413, log: 'info', retry: false, sentence: 'The body, message or line is over its limit.' },
  'unsupported-media-type': {
    status: 415,
    log: 'info',
    retry: false,
    sentence: 'The content type is not one that this route reads, or the body is encoded.',
  },
  'limit-exceeded': {
    status: 422,
    log: 'info',
    retry: false,
    sentence:
      'The statement or request went over its bound of time, bytes, memory, registrations, or rows that it changes or counts.',
  },
  'rate-limited': {
    status: 429,
    log: 'info',
    retry: true,
    sentence: 'Too many messages or writes at once; try again after Retry-After.',
  },
  'header-too-large': { status: 431, log: 'info', retry: false, sentence: 'The request headers are over their limit.' },
  internal: {
    status: 500,
    log: 'error',
    retry: false,
    sentence: 'A fault of the notifier; the log has it under the request id.',
  },
  overloaded: {
    status: 503,
    log: 'warn',
    retry: true,
    sentence: 'The notifier is at its bound; try again after Retry-After.',
  },
  stopping: {
    status: 503,
    log: 'info',
    retry: true,
    sentence: 'The notifier is stopping; connect again after Retry-After.',
  },
  'storage-full': {
    status: 507,
    log: 'error',
    retry: true,
    sentence: 'The disk is full: nothing of this write was stored; reads go on.',
  },
  'storage-failed': {
    status: 503,
    log: 'error',
    retry: true,
    sentence: 'The store cannot write; nothing of this write was stored.',
  },
  'storage-damaged': {
    status: 500,
    log: 'error',
    retry: false,
    sentence: 'The database file is damaged or of another version; the message says what to do.',
  },
  'source-failed': {
    status: 502,
    log: 'warn',
    retry: true,
    sentence: 'The upstream of this view did not answer; its panels keep what they have.',
  },
  timeout: { status: 504, log: 'warn', retry: true, sentence: 'The answer did not come in the time that it has.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;
