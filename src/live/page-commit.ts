import type { Page } from './page.ts';

/**
 * Shows what changed to every panel concerned in one animation frame. Several cuts before a frame are one; a panel with
 * several views is told once.
 */
export class PageCommit {
  readonly #page: Page;
  readonly #marked = new Set<() => void>();
  #painted: (() => void)[] = [];
  #isAsked = false;

  constructor(page: Page) {
    this.#page = page;
  }

  mark(listener: () => void): void {
    this.#marked.add(listener);
    this.#ask();
  }

  forget(listener: () => void): void {
    this.#marked.delete(listener);
  }

  /** Runs when the frame that shows everything marked so far has been painted. */
  whenPainted(run: () => void): void {
    this.#painted.push(run);
    this.#ask();
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#page.frame(() => this.#commit());
  }

  #commit(): void {
    this.#isAsked = false;
    const marked = [...this.#marked];
    const painted = this.#painted;
    this.#marked.clear();
    this.#painted = [];
    for (const show of marked) show();
    // The next frame begins after this one was painted.
    if (painted.length > 0) this.#page.frame(() => painted.forEach(run => void run()));
  }
}
