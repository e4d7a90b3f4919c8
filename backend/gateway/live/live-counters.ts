import type { ErrorCode } from '../../protocol/errors.ts';

/** Running totals since the start; what is exported as metrics reads them. */
export class LiveCounters {
  /** Writes of a cut's frames to a viewer. */
  deliveries = 0;
  bytes = 0;
  /** Times that a viewer missed a cut and had to be brought up to now. */
  conflations = 0;
  /** Viewers that get nothing at the moment, because they have not answered. */
  stale = 0;
  registrations = 0;
  /** Connections that the gateway ended, by reason. */
  readonly farewells = new Map<string, number>();
  readonly #countRejection: (code: ErrorCode) => void;

  constructor(countRejection: (code: ErrorCode) => void) {
    this.#countRejection = countRejection;
  }

  rejected(code: ErrorCode): void {
    this.#countRejection(code);
  }

  ended(reason: string): void {
    this.farewells.set(reason, (this.farewells.get(reason) ?? 0) + 1);
  }
}
