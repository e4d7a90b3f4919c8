import type { Opened } from '../../backend/protocol/messages.ts';
import type { SharedView } from './shared-view.ts';
import { type ViewMessage, ViewStore } from './view-store.ts';

/**
 * What one connection has been asked and has told: registrations by id, stores by the view's name on the wire. It ends
 * with the connection; the stores live on with the views that hold them.
 */
export class WireSession {
  /** On a connection that resumes whatever is new has to say so. */
  readonly isResumed: boolean;
  readonly #byId = new Map<string, SharedView>();
  readonly #stores = new Map<string, ViewStore>();
  /** Of those asked, the ones that were answered; what a view was called before it comes again is only for show. */
  readonly #opened = new Set<SharedView>();

  constructor(isResumed: boolean) {
    this.isResumed = isResumed;
  }

  /** Under the id of its latest attempt. */
  register(view: SharedView, id: string): void {
    this.#byId.delete(view.id);
    view.id = id;
    view.phase = 'opening';
    this.#opened.delete(view);
    this.#byId.set(id, view);
  }

  /** An attempt was refused: nothing more comes for it. */
  refused(view: SharedView): void {
    view.phase = 'failed';
    this.#opened.delete(view);
  }

  viewOf(id: string): SharedView | undefined {
    return this.#byId.get(id);
  }

  leave(view: SharedView): void {
    this.#byId.delete(view.id);
    this.#opened.delete(view);
    this.#release(view);
  }

  /**
   * Also told when a secondary becomes the primary, and when an edit of a named filter moves the registration. False
   * where what the view holds cannot be told the difference: two requests that were one view have become two.
   */
  opened(view: SharedView, message: Opened): boolean {
    const isKnown = this.#opened.has(view) && view.opened?.view === message.view;
    view.opened = message;
    this.#opened.add(view);
    if (isKnown) return true;
    const shared = this.#stores.get(message.view);
    const carried = view.phase === 'opening' ? view.store : undefined;
    if (shared === undefined && carried !== undefined && this.#fills(carried)) return false;
    const store = shared ?? carried ?? new ViewStore();
    if (view.store !== store) this.#release(view);
    this.#stores.set(message.view, store);
    view.attach(store, message.fields);
    return true;
  }

  stage(message: ViewMessage): void {
    this.#stores.get(message.view)?.stage(message);
  }

  /** Applies everything staged; the views that have something new to show. */
  commit(asOf: number, atMs: number): readonly SharedView[] {
    const changed: SharedView[] = [];
    for (const view of this.#opened) if (view.phase === 'opening' || view.store?.isDirty) changed.push(view);
    // A view that comes back to no difference has nothing staged, and is brought up by the cut itself.
    const stores = new Set([...this.#stores.values()].filter(store => store.isDirty));
    for (const { store } of changed) if (store !== undefined) stores.add(store);
    for (const store of stores) store.commit(asOf, atMs);
    return changed;
  }

  /** What was staged for a cut that will not come. */
  end(): void {
    for (const store of this.#stores.values()) store.forgetStaged();
  }

  #fills(store: ViewStore): boolean {
    return [...this.#stores.values()].includes(store);
  }

  #release(view: SharedView): void {
    const { store } = view;
    view.detach();
    if (store === undefined || [...this.#byId.values()].some(other => other.store === store)) return;
    for (const [wire, held] of this.#stores) if (held === store) this.#stores.delete(wire);
  }
}
