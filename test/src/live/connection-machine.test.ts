import { describe, expect, it } from 'vitest';
import { initialState, TABLE, transition } from '../../../src/live/connection-machine.ts';
import { type Event, type EventType, STATES, type State, type StateName } from '../../../src/live/connection-states.ts';
import { STEPS } from '../../../src/live/transport.ts';
import { Random } from '../../support/random.ts';

const LOSS = { message: 'gone' };
const EVENTS: { readonly [T in EventType]: Extract<Event, { type: T }> } = {
  want: { type: 'want' },
  unwant: { type: 'unwant' },
  opened: { type: 'opened' },
  welcome: { type: 'welcome', resumes: false },
  mismatch: { type: 'mismatch', loss: LOSS },
  'brought-up': { type: 'brought-up' },
  lost: { type: 'lost', loss: LOSS },
  bye: { type: 'bye', loss: { message: 'stopping', retryAfterMs: 4000 } },
  timeout: { type: 'timeout' },
  offline: { type: 'offline' },
  online: { type: 'online' },
  'hidden-long': { type: 'hidden-long' },
  visible: { type: 'visible' },
  reopen: { type: 'reopen' },
  better: { type: 'better' },
  'no-better': { type: 'no-better' },
  dispose: { type: 'dispose' },
};

const CONNECTED: ReadonlySet<StateName> = new Set(['connecting', 'greeting', 'resuming', 'live']);

function stateOf(name: StateName): State {
  return { ...initialState(STEPS), name };
}

/** Live on the lowest step, with the first being tried beside it. */
const PROBING: State = {
  ...stateOf('live'),
  ladder: { steps: STEPS, at: 2, proven: 2, failures: 0, probes: 0 },
  settled: true,
  probing: true,
};

/** What the effects leave: whether there is a transport, and a timer. */
function outcome(hadTransport: boolean, from: State, event: Event) {
  const { effects, state } = transition(from, event, 0.5);
  let transport = hadTransport;
  for (const { type } of effects) {
    if (type === 'disconnect') transport = false;
    if (type === 'connect' || type === 'adopt') transport = true;
  }
  return { state, transport, timer: effects.some(({ type }) => type === 'timer') };
}

function follow(from: State, ...events: Event[]): State {
  return events.reduce((state, event) => transition(state, event, 0.5).state, from);
}

function delayOf(state: State, event: Event, random: number): number {
  const timer = transition(state, event, random).effects.find(({ type }) => type === 'timer');
  return timer?.type === 'timer' ? timer.delayMs : Number.NaN;
}

const { want, opened, welcome, lost, timeout } = EVENTS;

describe('the connection’s states', () => {
  const cells = STATES.flatMap(name => Object.values(EVENTS).map(event => [name, event.type, event] as const));

  it('has a cell for every state and event', () => {
    expect(Object.keys(TABLE).sort()).toEqual([...STATES].sort());
    for (const row of Object.values(TABLE)) expect(Object.keys(row).sort()).toEqual(Object.keys(EVENTS).sort());
  });

  it.each(cells)('%s on %s has a transport exactly where the next state says so', (name, _type, event) => {
    const { state, transport } = outcome(CONNECTED.has(name), stateOf(name), event);
    expect(transport).toBe(CONNECTED.has(state.name));
  });

  it.each(cells)('%s on %s never waits for a timer that nobody set', (name, _type, event) => {
    const { state, timer } = outcome(CONNECTED.has(name), stateOf(name), event);
    const changed = state !== stateOf(name) && state.name !== name;
    if (changed && ['connecting', 'greeting', 'resuming', 'backing-off', 'offline'].includes(state.name))
      expect(timer).toBe(true);
  });

  it.each(Object.values(EVENTS))('probing on $type leaves nothing that is tried behind', event => {
    const { effects, state } = transition(PROBING, event, 0.5);
    const { timer, transport } = outcome(true, PROBING, event);
    expect(transport).toBe(CONNECTED.has(state.name));
    if (state === PROBING) return;
    expect(state.probing).toBe(undefined);
    expect(effects.map(({ type }) => type)).toContainEqual(expect.stringMatching(/^(adopt|abandon|disconnect)$/));
    if (CONNECTED.has(state.name)) expect(timer).toBe(true);
  });

  it('ends in closed and never leaves it', () => {
    for (const event of Object.values(EVENTS)) expect(follow(stateOf('closed'), event).name).toBe('closed');
    for (const name of STATES) expect(follow(stateOf(name), EVENTS.dispose).name).toBe('closed');
  });

  it('comes to live from wherever it is, once the network and the notifier are there', () => {
    const random = new Random(5);
    const all = Object.values(EVENTS).filter(({ type }) => type !== 'dispose');
    for (let history = 0; history < 300; history++) {
      let state = initialState(STEPS);
      for (let i = 0; i < 30; i++) state = transition(state, random.pick(all), random.next()).state;
      for (const event of [want, EVENTS.online, EVENTS.visible, timeout]) {
        if (!CONNECTED.has(state.name)) state = follow(state, event);
      }
      for (const event of [opened, welcome, EVENTS['brought-up']]) state = follow(state, event);
      expect(state.name).toBe('live');
    }
  });
});

describe('the ladder', () => {
  it('goes down a step at once while none has worked', () => {
    const first = follow(initialState(STEPS), want);
    const second = transition(first, lost, 0.5);
    expect(second.effects).toContainEqual({ type: 'connect', step: 'stream' });
    expect(transition(second.state, lost, 0.5).effects).toContainEqual({ type: 'connect', step: 'polling' });
  });

  it('pauses after the last step and begins again at the first', () => {
    const exhausted = follow(initialState(STEPS), want, lost, lost, lost);
    expect(exhausted).toMatchObject({ name: 'backing-off', ladder: { at: 0, failures: 1 } });
    expect(transition(exhausted, timeout, 0.5).effects).toContainEqual({ type: 'connect', step: 'websocket' });
  });

  it('stays with a step that has worked through three failures: the notifier may just be restarting', () => {
    let state = follow(initialState(STEPS), want, opened, welcome, lost);
    for (let i = 0; i < 2; i++) {
      state = follow(state, timeout, lost);
      expect(state).toMatchObject({ name: 'backing-off', ladder: { at: 0, proven: 0 } });
    }
    expect(transition(follow(state, timeout), lost, 0.5).effects).toContainEqual({ type: 'connect', step: 'stream' });
  });

  const lower = follow(initialState(STEPS), want, lost, opened, welcome, timeout);
  const types = (state: State, event: Event) => transition(state, event, 0.5).effects.map(({ type }) => type);

  it('tries the first step beside a lower one, which goes on until the first is open', () => {
    expect(lower).toMatchObject({ name: 'live', settled: true, ladder: { at: 1 } });
    expect(transition(lower, timeout, 0.5).effects).toContainEqual({ type: 'probe', step: 'websocket' });
    expect(types(lower, timeout)).not.toContain('disconnect');
    const probing = follow(lower, timeout);
    expect(probing).toMatchObject({ name: 'live', ladder: { at: 1 } });
    expect(types(probing, EVENTS.better)).toEqual(['adopt', 'timer']);
    const state = follow(probing, EVENTS.better, opened, { type: 'welcome', resumes: true }, EVENTS['brought-up']);
    expect(state).toMatchObject({ name: 'live', ladder: { at: 0, proven: 0 } });
  });

  it('goes on as before where the first step refuses or does not answer', () => {
    const probing = follow(lower, timeout);
    for (const event of [EVENTS['no-better'], timeout]) {
      expect(types(probing, event)).toEqual(['abandon', 'timer']);
      expect(follow(probing, event)).toMatchObject({ name: 'live', settled: true, ladder: { at: 1 } });
    }
  });

  it('tries more and more rarely, and anew once the first step has held', () => {
    let state = lower;
    const waits = Array.from({ length: 6 }, () => {
      state = follow(state, timeout);
      const waitMs = delayOf(state, EVENTS['no-better'], 0.5);
      state = follow(state, EVENTS['no-better']);
      return waitMs / 1000;
    });
    expect([delayOf(follow(initialState(STEPS), want, lost, opened, welcome), timeout, 0.5) / 1000, ...waits]).toEqual([
      10, 30, 60, 120, 300, 300, 300,
    ]);
    const held = follow(state, timeout, EVENTS.better, opened, welcome);
    expect(held.ladder.probes).toBeGreaterThan(0);
    expect(follow(held, timeout).ladder.probes).toBe(0);
  });

  it('goes by the step between where the last one holds and the first does not open', () => {
    expect(transition(PROBING, EVENTS['no-better'], 0.5).effects).toContainEqual({ type: 'connect', step: 'stream' });
    const back = follow(PROBING, EVENTS['no-better'], lost);
    expect(back).toMatchObject({ name: 'connecting', ladder: { at: 2, probes: 1 } });
  });
});

describe('waiting', () => {
  it('doubles up to half a minute, with full jitter', () => {
    const state = (failures: number): State => ({
      ...stateOf('live'),
      ladder: { steps: STEPS, at: 0, failures, probes: 0 },
    });
    expect([0, 1, 2, 3].map(failures => delayOf(state(failures), lost, 0.999))).toEqual([1998, 3996, 7992, 15984]);
    expect(delayOf(state(40), lost, 0.999)).toBe(29970);
    expect(delayOf(state(3), lost, 0)).toBe(0);
  });

  it('adds what the notifier asked for', () => {
    expect(delayOf(stateOf('live'), EVENTS.bye, 0)).toBe(4000);
  });

  it('forgets failures only after a connection has held', () => {
    const flapping = follow(initialState(STEPS), want, opened, welcome, lost, timeout, opened, welcome, lost);
    expect(flapping.ladder.failures).toBe(2);
    const held = follow(initialState(STEPS), want, opened, welcome, lost, timeout, opened, welcome, timeout);
    expect(held.ladder.failures).toBe(0);
  });

  it('waits a minute where the versions do not fit', () => {
    expect(delayOf(stateOf('greeting'), EVENTS.mismatch, 0)).toBe(60_000);
  });
});
