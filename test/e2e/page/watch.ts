/**
 * In the page, before its own scripts: looks at every frame that is painted. A look is taken first in the animation
 * frame; the page changes its document in tasks, so that is what this frame paints.
 */
type Look = () => void;

interface Watch {
  /** Of what was seen, so that a test knows that it looked at something. */
  frames: number;
  readonly faults: string[];
  /** Adds what each painted frame is looked at for. */
  look(look: Look): void;
  fault(text: string): void;
  /** A panel's frame, by its id in the dashboard, while it is on the screen. */
  panel(id: number): HTMLElement | undefined;
  panels(): HTMLElement[];
  /** What a panel shows below its title. */
  content(panel: HTMLElement | undefined): HTMLElement | undefined;
  /** The text of a stat. */
  value(id: number): string;
}

declare global {
  interface Window {
    watch: Watch;
    /** The texts of a table's cells, row by row, without its header. */
    panelRows(id: number): string[][];
  }
}

const FAULTS_MAX = 20;
const looks: Look[] = [];

function onScreen(panel: HTMLElement): boolean {
  const { bottom, height, top } = panel.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}

window.watch = {
  frames: 0,
  faults: [],
  look: look => void looks.push(look),
  fault(text) {
    if (this.faults.length < FAULTS_MAX) this.faults.push(`frame ${this.frames}: ${text}`);
  },
  panel: id => window.watch.panels().find(({ dataset }) => dataset.vizPanelKey === `panel-${id}`),
  content: panel => panel?.querySelector<HTMLElement>('[data-testid="data-testid panel content"]') ?? undefined,
  value: id => window.watch.content(window.watch.panel(id))?.textContent.trim() ?? '',
  panels: () => [...document.querySelectorAll<HTMLElement>('[data-viz-panel-key]')].filter(onScreen),
};

window.panelRows = id => {
  const rows = [...(window.watch.panel(id)?.querySelectorAll('[role=row]') ?? [])];
  const cells = rows.map(row => [...row.querySelectorAll('[role=gridcell]')].map(cell => cell.textContent));
  return cells.filter(row => row.length > 0);
};

requestAnimationFrame(function everyFrame() {
  window.watch.frames++;
  for (const look of looks) look();
  requestAnimationFrame(everyFrame);
});

export {};
