import { describe, expect, it } from 'vitest';
import type { SendItem } from '../../../backend/notifier/link.ts';
import { notifierStatus, type ViewStatus } from '../../../backend/notifier/status.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { checkHistories } from '../../support/history.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import type { Random } from '../../support/random.ts';
import type { Viewer } from '../../support/viewer.ts';

const PAGE: readonly Request[] = [
  { filter: 'severity > 3' },
  { filter: 'severity > 3', metrics: [{ fn: 'count' }] },
  { filter: "site = 'lon'" },
];

function open(lab: NotifierLab, requests: readonly Request[]): Viewer {
  const viewer = lab.join();
  for (const [i, request] of requests.entries()) viewer.open(`p${i}`, request);
  return viewer;
}

describe('viewers of one page', () => {
  it('share what they have open, in whatever order and by whatever ids they opened it', () => {
    using lab = new NotifierLab();
    open(lab, PAGE);
    lab.settle();
    open(lab, PAGE.toReversed());
    const third = lab.join({ identity: { role: 'viewer', user: 'ann' } });
    for (const [i, request] of PAGE.entries()) third.open(`${7 * i}`, { ...request });
    lab.settle();
    expect(lab.notifier.sessions.panelSets).toBe(1);
    expect(lab.notifier.streams.registrations).toBe(9);
  });

  it('part when one opens something else, meet again when it closes that, and leave nothing behind', () => {
    using lab = new NotifierLab();
    const [one, other] = [open(lab, PAGE), open(lab, PAGE)];
    lab.settle();
    one.open('more', {});
    lab.settle();
    expect(lab.notifier.sessions.panelSets).toBe(2);
    one.close('more');
    lab.settle();
    expect(lab.notifier.sessions.panelSets).toBe(1);
    lab.leave(one);
    lab.leave(other);
    lab.settle();
    const { sessions, streams } = lab.notifier;
    expect([sessions.panelSets, sessions.size, streams.registrations, streams.streams]).toEqual([0, 0, 0, 0]);
  });

  it('are told one and the same list when they come together, and subscribed by one too', () => {
    using lab = new NotifierLab();
    open(lab, PAGE);
    lab.settle();
    const batches = lab.batches.length;
    for (let i = 0; i < 3; i++) open(lab, PAGE);
    lab.settle();
    const items = lab.batches.slice(batches).flatMap(batch => batch.items as SendItem[]);
    expect(items).toHaveLength(3);
    for (const item of items) {
      expect(item.spans).toBe(items[0]!.spans);
      expect(item.subscribe).toBe(items[0]!.subscribe);
      expect(item.cut).toBe(items[0]!.cut);
    }
  });

  it('hear how many share the view once all have come who come with them', () => {
    using lab = new NotifierLab();
    const viewers = Array.from({ length: 5 }, () => open(lab, PAGE));
    lab.settle();
    const told = viewers.map(viewer => viewer.opened.get('p1'));
    expect(told.map(opened => opened?.viewers)).toEqual([5, 5, 5, 5, 5]);
    expect(told.map(opened => opened?.role)).toEqual(['primary', ...Array(4).fill('secondary')]);
  });

  it('answers a panel that is opened and closed in one breath', () => {
    using lab = new NotifierLab();
    const viewer = lab.join();
    viewer.open('a', PAGE[0]!);
    viewer.close('a');
    viewer.open('a', PAGE[1]!);
    lab.settle();
    expect(viewer.errors).toEqual([]);
    expect(viewer.opened.get('a')).toMatchObject({ role: 'primary', viewers: 1 });
    expect(viewer.streams.size).toBe(1);
  });
});

describe('the primary', () => {
  it('is another panel of the same viewer, if that has one, and then the viewer who came next', () => {
    using lab = new NotifierLab();
    const [first, second] = [lab.join(), lab.join()];
    first.open('a', {});
    second.open('a', {});
    lab.settle();
    first.open('b', { intervalMs: 5000 });
    first.close('a');
    lab.settle();
    expect([first.opened.get('b')?.role, second.opened.get('a')?.role]).toEqual(['primary', 'secondary']);
    first.close('b');
    lab.settle();
    expect(second.opened.get('a')).toMatchObject({ role: 'primary', viewers: 1 });
  });

  it('is one at any time, the first viewer has it, and counts are those of a model, after any history', () => {
    checkHistories({ seed: 4100, count: 60, generate: steps, run: follow });
  });
});

/** The first four are one view in four streams. */
const REQUESTS: readonly { readonly view: number; readonly request: Request }[] = [
  { view: 0, request: {} },
  { view: 0, request: { intervalMs: 5000 } },
  { view: 0, request: { mode: 'all' } },
  { view: 0, request: { mode: 'immediate' } },
  { view: 1, request: { metrics: [{ fn: 'count' }] } },
  { view: 2, request: { filter: 'severity > 3' } },
];
const VIEWERS = 5;
const PANELS = 4;

type Step =
  | { readonly do: 'open'; readonly viewer: number; readonly panel: number; readonly asked: number }
  | { readonly do: 'close'; readonly viewer: number; readonly panel: number }
  | { readonly do: 'leave'; readonly viewer: number }
  | { readonly do: 'settle' };

function steps(random: Random): Step[] {
  return Array.from({ length: 60 }, (): Step => {
    const viewer = random.int(VIEWERS);
    const panel = random.int(PANELS);
    if (random.chance(0.5)) return { do: 'open', viewer, panel, asked: random.int(REQUESTS.length) };
    if (random.chance(0.5)) return { do: 'close', viewer, panel };
    return random.chance(0.2) ? { do: 'leave', viewer } : { do: 'settle' };
  });
}

/** What each viewer has open, by panel; and who watches each view, in the order of coming. */
interface Model {
  readonly open: Map<Viewer, Map<string, number>>;
  readonly sharing: Viewer[][];
}

function follow(steps: readonly Step[]): void {
  using lab = new NotifierLab();
  const seats: (Viewer | undefined)[] = [];
  const model: Model = { open: new Map(), sharing: [[], [], []] };
  for (const step of [...steps, { do: 'settle' } as const]) {
    if (step.do === 'settle') {
      lab.settle();
      check(lab, model);
      continue;
    }
    const viewer = seats[step.viewer] ?? lab.join();
    seats[step.viewer] = viewer;
    const panels = model.open.get(viewer) ?? new Map<string, number>();
    model.open.set(viewer, panels);
    if (step.do === 'leave') {
      lab.leave(viewer);
      model.open.delete(viewer);
      seats[step.viewer] = undefined;
    } else if (step.do === 'close') {
      if (panels.delete(`${step.panel}`)) viewer.close(`${step.panel}`);
    } else if (!panels.has(`${step.panel}`)) {
      panels.set(`${step.panel}`, step.asked);
      viewer.open(`${step.panel}`, REQUESTS[step.asked]!.request);
    }
    settleOrder(model);
  }
}

function settleOrder({ open, sharing }: Model): void {
  for (const [view, viewers] of sharing.entries()) {
    const has = (viewer: Viewer) =>
      [...(open.get(viewer)?.values() ?? [])].some(asked => REQUESTS[asked]!.view === view);
    const stayed = viewers.filter(has);
    sharing[view] = [...new Set([...stayed, ...[...open.keys()].filter(has)])];
  }
}

function check(lab: NotifierLab, { open, sharing }: Model): void {
  const all = [...open].flatMap(([viewer, panels]) =>
    [...panels].map(([id, asked]) => ({ viewer, id, asked, member: `${viewer.session}/${id}` })),
  );
  const { sessions, streams } = lab.notifier;
  const pages = new Set(
    [...open.values()].filter(({ size }) => size > 0).map(each => [...each.values()].sort().join()),
  );
  expect([streams.registrations, sessions.panelSets]).toEqual([all.length, pages.size]);
  for (const [viewer, panels] of open) expect(viewer.streams.size).toBe(new Set(panels.values()).size);
  const status = viewsOf(lab);
  for (const [number, viewers] of sharing.entries()) {
    const members = all.filter(({ asked }) => REQUESTS[asked]!.view === number);
    const view = status.find(each => each.members.includes(members[0]?.member ?? ''));
    expect(view?.viewers ?? 0).toBe(viewers.length);
    if (view === undefined) continue;
    expect(view.members.toSorted()).toEqual(members.map(({ member }) => member).sort());
    expect(view.registrations).toBe(members.length);
    const primaries = members.filter(({ id, viewer }) => viewer.opened.get(id)?.role === 'primary');
    expect(primaries.map(({ member }) => member)).toEqual([view.primary]);
    expect(primaries[0]!.viewer).toBe(viewers[0]);
    const streamsOf = new Set(members.map(({ asked }) => asked));
    expect(view.streams.map(stream => stream.registrations).sort()).toEqual(
      [...streamsOf].map(one => members.filter(({ asked }) => asked === one).length).sort(),
    );
  }
}

function viewsOf(lab: NotifierLab): ViewStatus[] {
  return notifierStatus(lab.notifier, 1000).sets.flatMap(({ metrics, rows }) => [...metrics, ...rows]);
}
