/** Asks one SELECT after the other until its parent ends it. */
import { answerAlone } from '../support/alone.ts';

export interface ReaderClientInput {
  readonly port: number;
  readonly readers: number;
  readonly ms: number;
}

const SQL = 'SELECT site, severity, count(*) AS events, max(last_occurrence) AS newest FROM events GROUP BY 1, 2';

await answerAlone(import.meta.filename, async ({ ms, port, readers }: ReaderClientInput) => {
  const until = performance.now() + ms;
  let selects = 0;
  const read = async (): Promise<void> => {
    while (performance.now() < until) {
      const response = await fetch(`http://127.0.0.1:${port}/api/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql: SQL }),
      });
      if (!response.ok) throw new Error(await response.text());
      await response.text();
      selects++;
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  return { 'selects a second': selects / (ms / 1000) };
});
