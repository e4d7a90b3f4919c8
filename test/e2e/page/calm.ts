/**
 * In the page: a panel that has shown something goes on showing something. `watchCalm()` begins to look; from then on a
 * blank, an empty or a loading panel in any painted frame is a fault.
 */
declare global {
  interface Window {
    watchCalm(): void;
  }
}

function whatIsWrong(panel: HTMLElement): string | undefined {
  if (panel.querySelector('[aria-label="Panel loading bar"]')) return 'says that it is loading';
  const shown = window.watch.content(panel);
  if (shown === undefined || (shown.textContent.trim() === '' && !shown.querySelector('canvas'))) return 'is blank';
  if (shown.textContent.trim() === 'No data') return 'has no data';
  return undefined;
}

/** Grafana mounts a panel, measures it, and draws into it what it fits: its first frames have to be empty. */
const MOUNTING_FRAMES = 2;

window.watchCalm = () => {
  const settled = new Set<string>();
  const ages = new WeakMap<HTMLElement, number>();
  window.watch.look(() => {
    const { dashboard = '' } = Object.fromEntries(new URLSearchParams(location.search));
    for (const panel of window.watch.panels()) {
      const age = (ages.get(panel) ?? 0) + 1;
      ages.set(panel, age);
      const name = `${dashboard} ${panel.dataset.vizPanelKey}`;
      const wrong = whatIsWrong(panel);
      if (wrong === undefined) settled.add(name);
      else if (settled.has(name) && age > MOUNTING_FRAMES) window.watch.fault(`${name} ${wrong}`);
    }
  });
};

export {};
