import type { SourceFile } from './imports.ts';

/** The rooms of backend/ in the order of the data flow: a room imports only rooms left of it. */
export const ROOMS = [
  'protocol',
  'lib',
  'sql',
  'object-server',
  'sources',
  'views',
  'streams',
  'cluster',
  'notifier',
  'gateway',
  'probes',
  'config',
  'cli',
  'serve',
  'commands',
  'main',
] as const;

/** No clock, timer, randomness, network or node module: a whole history can be simulated in them. */
const PURE_ROOMS: ReadonlySet<string> = new Set(['protocol', 'sql', 'views', 'streams']);
/** The spool of store-and-forward streams is the one file of a pure room that touches a disk. */
const PURITY_EXCEPTIONS: ReadonlySet<string> = new Set(['backend/streams/spool.ts']);
const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|Math\.random|randomUUID|getRandomValues|fetch\(|process\.(?!argv0)|XMLHttpRequest|WebSocket\()/;

/** What the plugin may know of the notifier: the wire, and the filter language for its editor. */
const SHARED_ROOMS: ReadonlySet<string> = new Set(['protocol', 'sql', 'lib']);
/** Of lib only what the filter language itself stands on. */
const SHARED_LIB: ReadonlySet<string> = new Set([
  'backend/lib/assert.ts',
  'backend/lib/nearest.ts',
  'backend/lib/panelcast-error.ts',
]);

/** `backend/sql/parser.ts` → `sql`; `backend/serve.ts` → `serve`; undefined outside backend/. */
function roomOf(path: string): string | undefined {
  return /^backend\/([^/.]+)/.exec(path)?.[1];
}

export function violations(files: readonly SourceFile[]): string[] {
  return [...files.flatMap(file => [...directionFaults(file), ...purityFaults(file)]), ...cycles(files)];
}

function directionFaults(file: SourceFile): string[] {
  const own = roomOf(file.path);
  const faults: string[] = [];
  for (const imported of file.imports) {
    const room = roomOf(imported);
    if (own === undefined) {
      const allowed = room === undefined || (SHARED_ROOMS.has(room) && (room !== 'lib' || SHARED_LIB.has(imported)));
      if (file.path.startsWith('src/') && !allowed)
        faults.push(`${file.path} imports ${imported}: the plugin knows only the wire and the filter language`);
    } else if (imported.startsWith('src/'))
      faults.push(`${file.path} imports ${imported}: the notifier knows nothing of the plugin`);
    else if (room !== undefined) faults.push(...orderFaults(file.path, own, imported, room));
  }
  return faults;
}

function orderFaults(path: string, own: string, imported: string, room: string): string[] {
  const [from, to] = [ROOMS.indexOf(own as never), ROOMS.indexOf(room as never)];
  if (room === 'version') return [];
  if (from < 0 && own !== 'version') return [`${path} is in no known room: give ${own} its place in the order`];
  if (to < 0) return [`${path} imports ${imported}, which is in no known room`];
  return to > from ? [`${path} imports ${imported}: ${own} stands left of ${room}`] : [];
}

function purityFaults(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === undefined || !PURE_ROOMS.has(room) || PURITY_EXCEPTIONS.has(file.path)) return [];
  const faults = file.imports
    .filter(name => !/^(backend|src)\//.test(name))
    .map(name => `${file.path} imports ${name}: ${room} is pure`);
  const impure = IMPURE.exec(file.code);
  if (impure) faults.push(`${file.path} uses ${impure[0]}: ${room} is pure`);
  return faults;
}

/** Each import cycle once, by depth-first search. */
function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map(file => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const faults: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'open')
      faults.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`);
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const imported of byPath.get(path)?.imports ?? []) if (byPath.has(imported)) visit(imported, [...trail, path]);
    state.set(path, 'done');
  };
  for (const file of files) visit(file.path, []);
  return faults;
}
