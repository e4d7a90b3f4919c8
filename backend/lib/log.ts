import { type Logger, pino, stdTimeFunctions } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger };

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly pretty: boolean;
}

/** Logs go to standard error: readable lines on a terminal, JSON otherwise. Row values never enter them. */
export function createLog({ level, pretty }: LogOptions): Logger {
  const destination = pretty
    ? PinoPretty({ destination: 2, sync: true, ignore: 'pid,hostname,time' })
    : pino.destination({ dest: 2, sync: false });
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, destination);
}
