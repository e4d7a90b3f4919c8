import type { Change } from '../object-server/change.ts';
import type { Key, Row, TableSchema } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import type { Counters } from './counters.ts';
import { FilterSet, type ViewEntry } from './filter-set.ts';
import { MATCH } from './matcher/match.ts';
import { Matcher } from './matcher/matcher.ts';
import { MetricsView } from './metrics-view.ts';
import type { ResolvedRequest, ViewSpec } from './resolve-request.ts';
import { RowsView } from './rows-view.ts';
import type { ViewChange } from './view.ts';
import { WindowView } from './window-view.ts';

/** The filter sets over one table, found by what a change touches. */
interface TableSets {
  readonly matcher: Matcher;
  /** By the matcher's number for the filter. */
  readonly byFilterId: (FilterSet | undefined)[];
  /** Filters that speak of now() are asked one by one: time, too, changes what they keep. */
  readonly relative: Set<FilterSet>;
}

export interface ViewTableOptions {
  readonly counters: Counters;
  /** One view failed on a change or a read; the others go on. */
  readonly onFault: (entry: ViewEntry, error: unknown) => void;
}

/**
 * All request sets (Fig. 3): filter set → views, each once however many asked. Every committed change is applied to the
 * sets whose membership it touches and to no others.
 */
export class ViewTable {
  /** Views that have to be settled at their next cut; whoever cuts them takes them out. */
  readonly touched = new Set<ViewEntry>();
  readonly #sets = new Map<string, FilterSet>();
  readonly #tables = new Map<Source, Map<string, TableSets>>();
  readonly #options: ViewTableOptions;
  #lastId = 0;
  #lastSetId = 0;

  constructor(options: ViewTableOptions) {
    this.#options = options;
  }

  get sets(): Iterable<FilterSet> {
    return this.#sets.values();
  }

  get size(): number {
    return this.#sets.size;
  }

  /** Whether any view is of this table. */
  isUsed(source: Source, table: string): boolean {
    const sets = this.#tables.get(source)?.get(table);
    return sets !== undefined && sets.matcher.size + sets.relative.size > 0;
  }

  find(request: ResolvedRequest): ViewEntry | undefined {
    return this.#sets.get(request.setKey)?.view(request.viewKey);
  }

  /** The view that a request means, made if nobody asked before. */
  obtain(request: ResolvedRequest, nowMs: number): ViewEntry {
    const set = this.#sets.get(request.setKey) ?? this.#addSet(request, nowMs);
    const known = set.view(request.viewKey);
    if (known !== undefined) return known;
    const { spec, viewKey: key } = request;
    const view = createView(spec, set);
    const entry: ViewEntry = { id: ++this.#lastId, key, set, view, spec, changes: 0, cuts: 0, costMs: 0 };
    set.views = set.views.concat([entry]);
    return entry;
  }

  drop(entry: ViewEntry): void {
    const { set } = entry;
    set.views = set.views.filter(other => other !== entry);
    this.touched.delete(entry);
    if (set.views.length > 0) return;
    this.#sets.delete(set.key);
    const sets = this.#setsOf(set.source, set.table);
    sets.relative.delete(set);
    if (set.filterId !== undefined) {
      sets.matcher.remove(set.filterId);
      sets.byFilterId[set.filterId] = undefined;
    }
  }

  /** Committed transitions of one source, oldest first. */
  apply(source: Source, changes: readonly Change[], nowMs: number): void {
    const tables = this.#tables.get(source);
    if (tables === undefined) return;
    const timed = new Set<FilterSet>();
    for (const change of changes) {
      const sets = tables.get(change.table);
      if (sets === undefined) continue;
      const { after, before, key } = change;
      sets.matcher.match(before, after, nowMs, nowMs, (id, match) => {
        this.#applyTo(sets.byFilterId[id]!, seenAs(change, (match & MATCH.leaves) !== 0, (match & MATCH.enters) !== 0));
      });
      for (const set of sets.relative) {
        timed.add(set);
        const { is, was } = set.members!.apply(key, after, Math.max(set.nowMs, nowMs));
        if (was || is) this.#applyTo(set, seenAs(change, was, is));
      }
    }
    // What came was judged by the time of now, so the rest of the set is too: a set is at one instant.
    for (const set of timed) this.#advanceSet(set, nowMs);
  }

  /** Lets time pass for the filters that speak of now(). Not while changes are pushed: it reads rows. */
  advance(nowMs: number): void {
    for (const tables of this.#tables.values())
      for (const { relative } of tables.values()) for (const set of relative) this.#advanceSet(set, nowMs);
  }

  #advanceSet(set: FilterSet, nowMs: number): void {
    set.nowMs = Math.max(set.nowMs, nowMs);
    try {
      set.members!.advance(set.nowMs, key => this.#look(set, key));
    } catch (error) {
      for (const entry of set.views) this.#options.onFault(entry, error);
    }
  }

  /** A row that time may have moved. */
  #look(set: FilterSet, key: Key): void {
    const row = set.source.readOne(set.table, key);
    const { is, was } = set.members!.apply(key, row, set.nowMs);
    if (was === is || row === undefined) return;
    this.#applyTo(set, { seq: set.source.seq, key, before: was ? row : undefined, after: is ? row : undefined });
  }

  #applyTo(set: FilterSet, change: ViewChange): void {
    set.changes++;
    for (const entry of set.views) {
      try {
        entry.view.apply(change);
        entry.changes++;
        if (entry.view.kind !== 'rows') this.touched.add(entry);
      } catch (error) {
        entry.view.reset();
        this.touched.add(entry);
        this.#options.onFault(entry, error);
      }
    }
  }

  #addSet(request: ResolvedRequest, nowMs: number): FilterSet {
    const { filter, source, table } = request;
    const sets = this.#setsOf(source, table);
    const work = this.#options.counters.work(source.name);
    const set = new FilterSet(request, ++this.#lastSetId, nowMs, work);
    if (filter.relative) {
      set.members!.load(source, table, nowMs);
      sets.relative.add(set);
      work.queries++;
    } else {
      set.filterId = sets.matcher.add(filter);
      sets.byFilterId[set.filterId] = set;
    }
    this.#sets.set(set.key, set);
    return set;
  }

  #setsOf(source: Source, table: TableSchema): TableSets {
    let tables = this.#tables.get(source);
    if (tables === undefined) {
      tables = new Map();
      this.#tables.set(source, tables);
    }
    let sets = tables.get(table.name);
    if (sets === undefined) {
      sets = { matcher: new Matcher(sampleOf(source, table)), byFilterId: [], relative: new Set() };
      tables.set(table.name, sets);
    }
    return sets;
  }
}

/** What a filter makes of a change: nearly always the change itself. */
function seenAs(change: ViewChange, was: boolean, is: boolean): ViewChange {
  const { after, before, key, seq } = change;
  if (was === (before !== undefined) && is === (after !== undefined)) return change;
  return { seq, key, before: was ? before : undefined, after: is ? after : undefined };
}

/** Tells the matcher what values are usual, so that it places the first filters well. */
function sampleOf(source: Source, table: TableSchema): readonly Row[] {
  return source.read({ table, where: { sql: 'TRUE', params: [] }, limit: SAMPLE_ROWS });
}

const SAMPLE_ROWS = 128;

function createView(spec: ViewSpec, set: FilterSet): ViewEntry['view'] {
  switch (spec.kind) {
    case 'rows':
      return new RowsView(spec, set);
    case 'window':
      return new WindowView(spec, set);
    case 'metric':
      return new MetricsView(spec, set);
  }
}
