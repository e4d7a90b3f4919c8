/** In the page: what was painted of one row and of the count that it is part of, each time either changed. */
interface Entry {
  readonly asOf: number;
  readonly row: string;
  readonly count: string;
}

declare global {
  interface Window {
    ledger: Entry[];
    /** Of the row of a table that mentions a text, and of the value of a stat. */
    watchLedger(table: number, text: string, stat: number): void;
  }
}

function painted(table: number, text: string, stat: number): Omit<Entry, 'asOf'> {
  const row = window.panelRows(table).find(cells => cells.includes(text)) ?? [];
  return { row: row.join('|'), count: window.watch.value(stat) };
}

window.ledger = [];
window.watchLedger = (table, text, stat) =>
  window.watch.look(() => {
    const last = window.ledger.at(-1);
    const { count, row } = painted(table, text, stat);
    if (last?.row === row && last.count === count) return;
    window.ledger.push({ asOf: Math.max(...window.panelFacts().map(facts => facts.asOf)), row, count });
  });

export {};
