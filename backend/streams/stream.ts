/** Makes the text of a cut's messages; called once, after the cut, with the pause of the sweep in between. */
export type Encode = () => readonly string[];

/**
 * The output of one view in one mode at one interval, shared by its registrations. Taking is a pointer swap: no
 * evaluation and no encoding happens at the instant of the cut.
 */
export interface Stream {
  /** The name on the wire: equal for all intervals of one view and mode, but where each change is told once. */
  readonly wire: string;
  readonly dirty: boolean;
  /** What accumulated since the last take, or undefined when nothing did. */
  take(asOf: number): Encode | undefined;
  /** The state of now, for somebody who has none. It must not be older than any later `take` assumes. */
  snapshot(asOf: number, conflated: boolean): readonly string[];
}
