/** What the life of a connection is told in: its states, what happens to it, what then is to be done. */
import type { Loss, Step } from './transport.ts';

export const STATES = [
  'idle',
  'connecting',
  'greeting',
  'resuming',
  'live',
  'backing-off',
  'offline',
  'asleep',
  'closed',
] as const;
export type StateName = (typeof STATES)[number];

/** Where on the ladder the connection stands. */
export interface Ladder {
  readonly steps: readonly Step[];
  readonly at: number;
  /** The step that has worked on this page: a restarting notifier is no reason to go below it at once. */
  readonly proven?: number;
  /** Attempts that failed since a connection last held. */
  readonly failures: number;
  /** How often the first step was tried in vain from a lower one, since it last held. */
  readonly probes: number;
}

export interface State {
  readonly name: StateName;
  readonly ladder: Ladder;
  /** A connection that has held for a while forgets its failures; one that flaps does not. */
  readonly settled?: true;
  /** On a lower step, while the first is tried beside it. */
  readonly probing?: true;
  /** Why there is no connection, where there was or should be one. */
  readonly loss?: Loss;
}

export type Event =
  /** The first panel asks; the last has gone for long. */
  | { readonly type: 'want' }
  | { readonly type: 'unwant' }
  | { readonly type: 'opened' }
  | { readonly type: 'welcome'; readonly resumes: boolean }
  | { readonly type: 'mismatch'; readonly loss: Loss }
  /** The first cut after the welcome: everything that was open is so again. */
  | { readonly type: 'brought-up' }
  | { readonly type: 'lost'; readonly loss: Loss }
  | { readonly type: 'bye'; readonly loss: Loss }
  /** The state's own timer. */
  | { readonly type: 'timeout' }
  | { readonly type: 'offline' }
  | { readonly type: 'online' }
  | { readonly type: 'hidden-long' }
  | { readonly type: 'visible' }
  /** A transport that cannot talk has something to say. */
  | { readonly type: 'reopen' }
  /** The step that was tried beside the present one opens, or does not. */
  | { readonly type: 'better' }
  | { readonly type: 'no-better' }
  | { readonly type: 'dispose' };
export type EventType = Event['type'];

export type Effect =
  | { readonly type: 'connect'; readonly step: Step }
  /** From whatever there is, a transport that is being tried too. */
  | { readonly type: 'disconnect' }
  /** Tries a step beside the present one, which goes on; a try that fails changes nothing for the reader. */
  | { readonly type: 'probe'; readonly step: Step }
  /** The transport that was tried takes the place of the present one; it is open. */
  | { readonly type: 'adopt' }
  | { readonly type: 'abandon' }
  /** `hello` and everything that is open. */
  | { readonly type: 'greet' }
  /** Replaces the one before; every change of state ends it. */
  | { readonly type: 'timer'; readonly delayMs: number };

export interface Transition {
  readonly state: State;
  readonly effects: readonly Effect[];
}
