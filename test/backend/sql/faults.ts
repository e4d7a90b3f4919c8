import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';

/** The error that the work ends with, for a look at its code, message and position. */
export function faultOf(work: () => unknown): PanelcastError {
  try {
    work();
  } catch (error) {
    if (error instanceof PanelcastError) return error;
    throw error;
  }
  throw new Error('expected an error, but there was none');
}
