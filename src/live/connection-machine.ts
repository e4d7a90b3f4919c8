/**
 * The life of a page's connection as a total table of state × event: every cell says what follows. Pure: timers are
 * effects, chance comes in as a number in [0, 1).
 */
import type { Effect, Event, EventType, Ladder, State, StateName, Transition } from './connection-states.ts';
import type { Loss, Step } from './transport.ts';

type Cell<T extends EventType> = (state: State, event: Extract<Event, { type: T }>, random: number) => Transition;
type Row = { readonly [T in EventType]: Cell<T> };

/** A proxy that neither opens nor refuses. */
const CONNECT_MS = 8000;
/** The notifier answers within a round trip; it may be at the end of a long queue. */
const WELCOME_MS = 8000;
/** From here on a connection is held to be good. */
const SETTLED_MS = 10_000;
/** On a lower step: when to try the first again, after so many tries in vain. */
const UPGRADE_MS = [10_000, 30_000, 60_000, 120_000, 300_000] as const;
/** The first wait; all pages of a notifier that restarts come back spread over it. */
const BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 30_000;
/** How often a step that has worked may fail before the ones below it are tried. */
const PROVEN_FAILURES = 3;
/** What `navigator.onLine` says is not always so: a notifier on this machine answers without a network. */
const OFFLINE_RETRY_MS = 15_000;
const MISMATCH_MS = 60_000;

export function initialState(steps: readonly Step[]): State {
  return { name: 'idle', ladder: { steps, at: 0, failures: 0, probes: 0 } };
}

export function transition(state: State, event: Event, random: number): Transition {
  const cell = TABLE[state.name][event.type] as Cell<EventType>;
  return cell(state, event, random);
}

function stay(state: State): Transition {
  return { state, effects: [] };
}

function connect(state: State, ladder: Ladder = state.ladder): Transition {
  const { loss } = state;
  return {
    state: { name: 'connecting', ladder, ...(loss && { loss }) },
    effects: [
      { type: 'connect', step: ladder.steps[ladder.at]! },
      { type: 'timer', delayMs: CONNECT_MS },
    ],
  };
}

function reconnect(state: State, ladder: Ladder = state.ladder): Transition {
  const { effects, state: connecting } = connect(state, ladder);
  return { state: connecting, effects: [{ type: 'disconnect' }, ...effects] };
}

function hangUp(state: State, name: 'idle' | 'asleep' | 'closed'): Transition {
  return { state: { name, ladder: state.ladder }, effects: [{ type: 'disconnect' }] };
}

/** Full jitter over a doubling time; what the notifier asked for comes on top. */
function backOff(ladder: Ladder, loss: Loss, random: number): Transition {
  const spread = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(ladder.failures, 10));
  const delayMs = Math.round((loss.retryAfterMs ?? 0) + random * spread);
  return {
    state: { name: 'backing-off', ladder, loss },
    effects: [{ type: 'disconnect' }, { type: 'timer', delayMs }],
  };
}

/** An attempt failed: the next step down, or, where the last has failed or this one is known to work, a pause. */
function failed(state: State, loss: Loss, random: number): Transition {
  const { ladder } = state;
  const failures = ladder.failures + 1;
  if (ladder.proven === ladder.at && failures <= PROVEN_FAILURES) return backOff({ ...ladder, failures }, loss, random);
  if (ladder.at < ladder.steps.length - 1) return reconnect({ ...state, loss }, { ...ladder, at: ladder.at + 1 });
  return backOff({ steps: ladder.steps, at: 0, failures, probes: ladder.probes }, loss, random);
}

function timedOut(what: string): Loss {
  return { message: `${what} in time` };
}

function goOffline(state: State): Transition {
  const loss: Loss = { message: 'the browser is offline' };
  return {
    state: { name: 'offline', ladder: state.ladder, loss },
    effects: [{ type: 'disconnect' }, { type: 'timer', delayMs: OFFLINE_RETRY_MS }],
  };
}

function hold(state: State, name: 'live' | 'resuming'): Transition {
  const ladder: Ladder = { ...state.ladder, proven: state.ladder.at };
  return { state: { name, ladder }, effects: [{ type: 'timer', delayMs: SETTLED_MS }] };
}

/** After a while the connection counts as good; on a lower step the first is tried from time to time. */
function settle(state: State): Transition {
  const { ladder } = state;
  if (state.probing) return noBetter(state);
  if (!state.settled)
    return ladder.at === 0
      ? { state: { name: 'live', ladder: { ...ladder, failures: 0, probes: 0 }, settled: true }, effects: [] }
      : stayLower({ ...ladder, failures: 0 });
  if (ladder.at === 0) return stay(state);
  return {
    state: { ...state, probing: true },
    effects: [
      { type: 'probe', step: ladder.steps[0]! },
      { type: 'timer', delayMs: CONNECT_MS },
    ],
  };
}

function stayLower(ladder: Ladder, ...effects: Effect[]): Transition {
  const delayMs = UPGRADE_MS[Math.min(ladder.probes, UPGRADE_MS.length - 1)]!;
  return { state: { name: 'live', ladder, settled: true }, effects: [...effects, { type: 'timer', delayMs }] };
}

/** It is open already: what follows is as after any other connecting. */
function better({ ladder }: State): Transition {
  return {
    state: { name: 'connecting', ladder: { ...ladder, at: 0, probes: ladder.probes + 1 } },
    effects: [{ type: 'adopt' }, { type: 'timer', delayMs: CONNECT_MS }],
  };
}

/** Whether a step between works is only known by going there. */
function noBetter(state: State): Transition {
  const ladder = { ...state.ladder, probes: state.ladder.probes + 1 };
  return ladder.at > 1 ? reconnect(state, { ...ladder, at: 1 }) : stayLower(ladder, { type: 'abandon' });
}

const lose = ({ ladder }: State, { loss }: { readonly loss: Loss }, random: number): Transition =>
  backOff({ ...ladder, failures: ladder.failures + 1 }, loss, random);

const refuse: Cell<'mismatch'> = ({ ladder }, { loss }, random) =>
  backOff({ ...ladder, at: 0 }, { ...loss, retryAfterMs: MISMATCH_MS }, random);

/** What is the same in every state that has a transport, unless the state says otherwise. */
const CONNECTED: Row = {
  want: stay,
  unwant: state => hangUp(state, 'idle'),
  opened: stay,
  welcome: stay,
  mismatch: refuse,
  'brought-up': stay,
  lost: lose,
  bye: lose,
  timeout: stay,
  offline: goOffline,
  online: stay,
  'hidden-long': state => hangUp(state, 'asleep'),
  visible: stay,
  reopen: state => reconnect(state),
  better: stay,
  'no-better': stay,
  dispose: state => hangUp(state, 'closed'),
};

/** And in every state that has none. What a transport said last may still arrive. */
const UNCONNECTED: Row = {
  want: stay,
  unwant: state => ({ state: { name: 'idle', ladder: state.ladder }, effects: [] }),
  opened: stay,
  welcome: stay,
  mismatch: stay,
  'brought-up': stay,
  lost: stay,
  bye: stay,
  timeout: stay,
  offline: stay,
  online: stay,
  'hidden-long': stay,
  visible: stay,
  reopen: stay,
  better: stay,
  'no-better': stay,
  dispose: state => ({ state: { name: 'closed', ladder: state.ladder }, effects: [] }),
};

export const TABLE: { readonly [S in StateName]: Row } = {
  idle: { ...UNCONNECTED, want: state => connect(state), unwant: stay },
  connecting: {
    ...CONNECTED,
    opened: state => ({
      state: { ...state, name: 'greeting' },
      effects: [{ type: 'greet' }, { type: 'timer', delayMs: WELCOME_MS }],
    }),
    lost: (state, { loss }, random) => failed(state, loss, random),
    timeout: (state, _event, random) => failed(state, timedOut('the connection did not open'), random),
  },
  greeting: {
    ...CONNECTED,
    welcome: (state, { resumes }) => hold(state, resumes ? 'resuming' : 'live'),
    lost: (state, { loss }, random) => failed(state, loss, random),
    timeout: (state, _event, random) => failed(state, timedOut('the notifier did not answer'), random),
  },
  resuming: {
    ...CONNECTED,
    'brought-up': state => hold(state, 'live'),
    timeout: (state, _event, random) =>
      backOff(
        { ...state.ladder, failures: state.ladder.failures + 1 },
        timedOut('the notifier did not bring the panels up'),
        random,
      ),
  },
  live: {
    ...CONNECTED,
    timeout: settle,
    better: state => (state.probing ? better(state) : stay(state)),
    'no-better': state => (state.probing ? noBetter(state) : stay(state)),
  },
  'backing-off': {
    ...UNCONNECTED,
    timeout: state => connect(state),
    offline: goOffline,
    online: state => connect(state),
    visible: state => connect(state),
    'hidden-long': state => hangUp(state, 'asleep'),
  },
  offline: {
    ...UNCONNECTED,
    timeout: state => connect(state),
    online: state => connect(state),
    'hidden-long': state => hangUp(state, 'asleep'),
  },
  asleep: { ...UNCONNECTED, visible: state => connect(state) },
  closed: { ...UNCONNECTED, unwant: stay, dispose: stay },
};
