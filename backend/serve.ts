import { join } from 'node:path';
import type { Config } from './config/options.ts';
import { readSections } from './config/read-sections.ts';
import { Authenticator } from './gateway/auth.ts';
import { consoleRoutes } from './gateway/console/console-routes.ts';
import { previewRoutes } from './gateway/console/preview-routes.ts';
import { Gateway } from './gateway/gateway.ts';
import { fetchKeys } from './gateway/grafana-keys.ts';
import { createLog, type Logger } from './lib/log.ts';
import { systemClock } from './lib/system-clock.ts';
import { StoreThread } from './notifier/store-thread.ts';
import { ReaderPool } from './object-server/readers/reader-pool.ts';
import { DemoProbe } from './probes/demo/demo-probe.ts';
import { demoRoutes } from './probes/demo-routes.ts';
import { PACKAGE_ROOT, VERSION } from './version.ts';

/** A running notifier: everything that `serve` started, and the one way to end it. */
export interface Running {
  readonly origin: string;
  readonly log: Logger;
  /** What is there, in a line for the one who started it. */
  readonly summary: string;
  stop(): Promise<void>;
}

const DIST = join(PACKAGE_ROOT, 'dist');

/** Wires the rooms from left to right; stopping goes from right to left. */
export async function serve(config: Config, terminal: boolean, fall: (error: Error) => void): Promise<Running> {
  const log = createLog({ level: config.logLevel, pretty: terminal });
  const started: (() => Promise<void>)[] = [];
  /** What does not end in order keeps nothing after it from doing so, the store least of all; the first cause is told. */
  const stop = async (): Promise<void> => {
    const faults: unknown[] = [];
    for (const end of started.splice(0).reverse()) await end().catch(error => faults.push(error));
    if (faults.length > 0) throw faults[0];
  };
  try {
    const store = await startStore(config, log, fall);
    started.push(() => store.close());
    // Processes of their own take a while to come: the gateway opens meanwhile.
    const readers =
      store.databaseFile === undefined ? undefined : startReaders(config, store.databaseFile, store.tables);
    // Asked for below: a failure must not end the process before.
    const opened = readers?.catch(() => undefined);
    started.push(async () => (await opened)?.close());
    const demo = config.demo ? createDemo(config, store, log) : undefined;
    const { grafanaUrl, token } = config;
    const authenticator = new Authenticator({ token, grafanaUrl, clock: systemClock, log, fetchKeys });
    const gateway = await Gateway.open({
      ...config,
      version: VERSION,
      log,
      clock: systemClock,
      link: store,
      calls: store.calls,
      readers,
      queryBounds: { timeMs: config.sqlTimeoutMs, rowsMax: config.sqlRows },
      authenticate: ({ headers }) => authenticator.authenticate(headers),
      others: demo === undefined ? {} : { demo: () => demo.status() },
      apiRoutes: demo === undefined ? [] : [server => demoRoutes(server, demo)],
      pages: [consoleRoutes, server => previewRoutes(server, DIST)],
    });
    started.push(() => gateway.stop());
    const summary = await summaryOf(config, store);
    await readers;
    if (demo !== undefined) {
      demo.start();
      started.push(() => demo.stop());
    }
    return { origin: gateway.origin, log, summary, stop };
  } catch (error) {
    await stop().catch(cause => log.error({ err: cause }, 'what had been started did not end in order'));
    throw error;
  }
}

function startStore(config: Config, log: Logger, fall: (error: Error) => void): Promise<StoreThread> {
  const { dataDir, intervalMs, lingerMs, throttle } = config;
  const { filters, tables, views } = readSections(config);
  const store = {
    dataDir,
    tables,
    mode: config.store,
    dumpEveryMs: config.dumpIntervalMs,
    logBytesMax: config.logBytes,
    logAgeMsMax: config.logAgeMs,
    expire: !config.keepExpired,
    deleteClearedAfterMs: config.deleteClearedMs === 0 ? undefined : config.deleteClearedMs,
  };
  const spool = { bytesMax: config.spoolBytes, ageMsMax: config.spoolAgeMs };
  return StoreThread.start(
    { store, intervalMs, throttle, lingerMs, spool, filters, views },
    { fault: (what, error) => log.error({ err: error.cause ?? error }, `${what}: ${error.message}`), fall },
  );
}

function startReaders(
  { readers, sqlRows, sqlTimeoutMs }: Config,
  file: string,
  tables: readonly string[],
): Promise<ReaderPool> {
  return ReaderPool.start({
    file,
    seqSql: 'SELECT coalesce(max(last_seq), 0) FROM panelcast_log',
    tables: { viewer: tables, operator: tables, admin: tables },
    size: readers,
    limits: { timeMs: sqlTimeoutMs, rowsMax: sqlRows },
  });
}

function createDemo({ demoRate }: Config, store: StoreThread, log: Logger): DemoProbe {
  const encoder = new TextEncoder();
  return new DemoProbe({
    seed: 1,
    rate: demoRate,
    clock: systemClock,
    sink: events =>
      store.calls.intake({ body: encoder.encode(JSON.stringify(events)), form: 'json', offset: 0, partial: false }),
    operator: (sql, params) => store.calls.execute({ sql, params }),
    onError: (error, goesOn) =>
      log.warn({ err: error }, goesOn ? 'the demo probe tries again' : 'the demo probe has stopped'),
  });
}

async function summaryOf({ dataDir, demo, demoRate, store: mode }: Config, store: StoreThread): Promise<string> {
  const { store: facts } = await store.calls.status();
  const probe = demo ? `demo probe at ${demoRate} events/s` : 'no demo probe';
  return `${facts.rows.events} events in ${dataDir} (${mode}), ${probe}`;
}
