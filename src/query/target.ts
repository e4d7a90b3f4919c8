import type { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { ViewError } from '../live/shared-view.ts';
import type { Format, PanelcastQueryError } from '../types.ts';

/** One query of a panel, ready to be asked. */
export interface Target {
  readonly refId: string;
  readonly request: Request;
  readonly format: Format;
}

/** One that cannot be asked: its variables do not fit, or its filter cannot be read. */
export interface RefusedTarget {
  readonly refId: string;
  readonly refusal: PanelcastError;
}

export function queryError(
  refId: string,
  { code, message, position }: ViewError | PanelcastError,
): PanelcastQueryError {
  return {
    refId,
    code,
    message,
    data: { message, error: code },
    ...(position !== undefined && { position }),
  };
}
