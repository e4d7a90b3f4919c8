import type { Page, Timer } from './page.ts';

/** A browser that is covered or minimised between asking for a frame and painting it may never paint it. */
const FRAME_WAIT_MS = 250;

export const browserPage: Page = {
  now: () => Date.now(),
  random: () => Math.random(),

  after(delayMs: number, run: () => void): Timer {
    const handle = window.setTimeout(run, delayMs);
    return { cancel: () => window.clearTimeout(handle) };
  },

  frame(run: () => void): void {
    if (document.hidden) return void window.setTimeout(run, 0);
    const once = (): void => {
      window.clearTimeout(fallback);
      window.cancelAnimationFrame(frame);
      run();
    };
    const fallback = window.setTimeout(once, FRAME_WAIT_MS);
    const frame = window.requestAnimationFrame(once);
  },

  get isHidden(): boolean {
    return document.hidden;
  },

  get isOnline(): boolean {
    return navigator.onLine;
  },

  onChange(listener: () => void): () => void {
    document.addEventListener('visibilitychange', listener);
    window.addEventListener('online', listener);
    window.addEventListener('offline', listener);
    return () => {
      document.removeEventListener('visibilitychange', listener);
      window.removeEventListener('online', listener);
      window.removeEventListener('offline', listener);
    };
  },
};
