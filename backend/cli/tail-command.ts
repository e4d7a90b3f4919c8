import { PanelcastError } from '../lib/panelcast-error.ts';
import { formatDuration } from '../lib/quantity.ts';
import type { Cut, ErrorMessage, Field, ServerMessage } from '../protocol/messages.ts';
import { PROTOCOL } from '../protocol/messages.ts';
import type { ApiClient } from './api-client.ts';
import { type CliIo, write } from './cli-io.ts';
import { CLIENT_HELP, clientOf, EXIT, runCommand } from './command-line.ts';
import { harmless } from './display-text.ts';
import { LiveConnection } from './live-connection.ts';
import { Patience } from './patience.ts';
import { sqlFault } from './sql-fault.ts';
import { readTailOptions, type TailOptions } from './tail-options.ts';
import { FileOutput, StreamOutput, type TailOutput } from './tail-output.ts';
import { TailText } from './tail-text.ts';
import { ChangesView, MetricView, StateView, type TailView, type ViewFrame } from './tail-view.ts';

export const TAIL_HELP = `Usage: panelcast tail [options] [filter]

Follows the rows of a filter, such as "severity >= 4 AND site = 'lon'", until it is stopped: a line for each change on a
terminal, JSON lines in a pipe. A notifier that goes away is waited for, and what was missed meanwhile is made up for.

  --mode <mode>     net: the rows that are there, then what changed in each interval (default)
                    immediate: the same without waiting for the interval
                    all: every state change from now on, in order of seq
                    saf: as all, and the notifier keeps what --client misses while it is away
  --client <name>   the durable name that a saf stream belongs to; one tail at a time has it
  --table <table>   another table than events; --source <source> another source; --view <name> a named view
  --columns <a,b>   these columns instead of all
  --metrics <list>  values instead of rows, such as "count, max(severity) as worst"
  --group-by <a,b>  for --metrics: one line for each group
  --interval <t>    such as 500ms or 5s; the notifier has a floor
  --format <format> text (on a terminal), json (in a pipe)
  --output <file>   append the lines to a file instead
  --state <file>    where the position of a pipe is kept, for modes all and saf
                    (saf: $XDG_STATE_HOME/panelcast/tail-<client>-<hash>.json)
  --retry-for <t>   give up when the notifier is away for longer than this (never)
${CLIENT_HELP}

A line of JSON is {"epoch", "seq", "op", "key", "row"} in modes all and saf, with op enter, update or leave ("row" as it
was before), and {"epoch", "op": "gap", "from", "to"} where changes can no longer be had. The other modes have "asOf"
instead of "seq", op row for what was there at the start, and op metric.

In mode saf a change is confirmed to the notifier only when its line has been written. With --output, each change is in
the file exactly once, however often this process and the notifier are killed: the file's last line says where to go on,
and a line that was cut off is written anew. In a pipe the position is kept beside: killed between the two, the lines of
one cut come again, with the same seqs.

Exit code 0 when the reader of the output has gone, 1 when the request is refused, 2 for a mistake in the arguments.
`;

/** The one registration of a connection. */
const ID = 'tail';

export async function tailCommand(args: readonly string[], io: CliIo): Promise<number> {
  return runCommand(io, async () => {
    const options = readTailOptions(args, io);
    if (options.help) {
      await write(io.stdout, TAIL_HELP);
      return EXIT.done;
    }
    const client = clientOf(options, io);
    const output = outputOf(options, io);
    try {
      return await new Tail({ client, io, options, output }).run();
    } finally {
      output.close();
    }
  });
}

function outputOf({ mode, outputFile, retryMs, stateFile }: TailOptions, io: CliIo): TailOutput {
  const patience = new Patience({ forMs: retryMs, until: 'it can be', say: text => say(io, text) });
  if (outputFile === undefined) return new StreamOutput(io, stateFile, patience);
  return new FileOutput(outputFile, mode === 'all' || mode === 'saf', patience);
}

function say(io: CliIo, text: string): Promise<void> {
  return write(io.stderr, `panelcast: ${text}\n`);
}

interface TailHouse {
  readonly client: ApiClient;
  readonly io: CliIo;
  readonly options: TailOptions;
  readonly output: TailOutput;
}

/** Follows one view over as many connections as it takes. */
class Tail {
  readonly #house: TailHouse;
  #view: TailView;
  readonly #text: TailText;
  readonly #patience: Patience;
  #saidFloor = false;

  constructor(house: TailHouse) {
    const { io, options, output } = house;
    this.#house = house;
    this.#view = viewOf(options, output);
    this.#text = new TailText({ color: io.isTerminal.stdout && !io.env.NO_COLOR, columns: options.request.columns });
    this.#patience = new Patience({
      forMs: options.retryMs,
      until: 'it is there',
      say: text => say(io, harmless(text)),
    });
  }

  async run(): Promise<number> {
    try {
      return await this.#patience.until(() => this.#follow());
    } catch (error) {
      if (error instanceof Refused) return this.#refuse(error);
      throw error;
    }
  }

  /** One connection, until it ends. HTTP goes first, since it says why a notifier cannot be reached or refuses. */
  async #follow(): Promise<never> {
    const { client, options } = this.#house;
    const { tables = [] } = await client.schema();
    await this.#lookUpView();
    const order = new FrameOrder(options, tables);
    const connection = new LiveConnection(client.url, client.token);
    try {
      await connection.opened();
      this.#greet(connection);
      let epoch = 0;
      let frames: ViewFrame[] = [];
      let view: string | undefined;
      for await (const message of connection.messages()) {
        if (message.type === 'welcome') {
          epoch = message.epoch;
          await this.#patience.ended('the notifier is back');
          await this.#compareInterval(message.intervalMs);
        } else if (message.type === 'opened') {
          view = message.view;
          this.#view.opened(epoch, message.fields, order.of(message.fields));
          this.#text.opened(message.fields);
        } else if (message.type === 'error') await this.#fault(message, view !== undefined);
        else if (message.type === 'cut') {
          await this.#cut(connection, frames, { cut: message, view: view! });
          frames = [];
        } else if (isFrame(message)) frames.push(message);
      }
      throw new PanelcastError('source-failed', `${client.url} has gone`);
    } finally {
      connection.close();
    }
  }

  /** What a named view is has to be known before its first frame; a name that is none is refused where it is opened. */
  async #lookUpView(): Promise<void> {
    const { client, options, output } = this.#house;
    const { view: name } = options.request;
    if (name === undefined) return;
    const { groupBy, metrics } = (await client.names()).views[name] ?? {};
    if ((metrics !== undefined) === this.#view instanceof MetricView) return;
    this.#view = metrics === undefined ? viewOf(options, output) : new MetricView(groupBy ?? []);
  }

  #greet(connection: LiveConnection): void {
    const { options } = this.#house;
    const { position } = this.#view;
    connection.say({
      type: 'hello',
      protocol: PROTOCOL,
      ...(options.client === undefined ? {} : { client: options.client }),
      ...(position === undefined ? {} : { resume: position }),
    });
    const since = position === undefined ? {} : { since: position.seq };
    connection.say({ type: 'open', id: ID, request: options.request, ...since });
  }

  /** The notifier's own interval is the floor of what is asked for; it is named once. */
  async #compareInterval(floorMs: number): Promise<void> {
    const { io, options } = this.#house;
    const { intervalMs = floorMs } = options.request;
    if (intervalMs < floorMs && !this.#saidFloor)
      await say(io, `--interval ${formatDuration(intervalMs)} is ${formatDuration(floorMs)} here, the notifier’s own`);
    this.#saidFloor ||= intervalMs < floorMs;
  }

  /** Writes what a cut has; only then may the notifier send more, and forget what it has spooled. */
  async #cut(connection: LiveConnection, frames: readonly ViewFrame[], { cut, view }: { cut: Cut; view: string }) {
    const { options, output } = this.#house;
    const lines = this.#view.cut(frames, cut);
    const { position } = this.#view;
    if (lines.length > 0) {
      const now = Date.now();
      const texts = lines.map(line => (options.format === 'json' ? JSON.stringify(line) : this.#text.text(line, now)));
      await output.write(`${texts.join('\n')}\n`, position);
    }
    if (cut.ack) connection.say({ type: 'applied', asOf: cut.asOf });
    if (options.mode === 'saf' && position !== undefined) connection.say({ type: 'ack', view, seq: position.seq });
  }

  async #fault({ code, id, message, position }: ErrorMessage, isOpen: boolean): Promise<void> {
    const error = new PanelcastError(code, message, position === undefined ? {} : { position });
    if (id === ID && (!isOpen || code === 'conflict')) throw error.kind.retry ? error : new Refused(error);
    await say(this.#house.io, harmless(message));
  }

  async #refuse({ reason }: Refused): Promise<number> {
    const { io, options } = this.#house;
    await write(io.stderr, sqlFault(reason, options.request.filter ?? '', io.columns()));
    return EXIT.failed;
  }
}

function viewOf({ mode, request: { groupBy = [], metrics } }: TailOptions, { position }: TailOutput): TailView {
  if (metrics !== undefined) return new MetricView(groupBy);
  return mode === 'all' || mode === 'saf' ? new ChangesView(position) : new StateView();
}

/** The notifier will not do what was asked, however often it is asked. */
class Refused extends PanelcastError {
  readonly reason: PanelcastError;

  constructor(reason: PanelcastError) {
    super(reason.code, reason.message);
    this.reason = reason;
  }
}

type Tables = Awaited<ReturnType<ApiClient['schema']>>['tables'];

/** Frames have a view's columns in the order of the table's, whatever order was asked for. */
class FrameOrder {
  readonly #table: string | undefined;
  readonly #tables: Tables;

  constructor({ request: { table, view } }: TailOptions, tables: Tables) {
    this.#table = table ?? (view === undefined ? 'events' : undefined);
    this.#tables = tables;
  }

  of(own: readonly Field[]): readonly Field[] {
    const has = (columns: readonly { name: string }[], name: string) => columns.some(column => column.name === name);
    const table = this.#tables?.find(({ columns, name }) =>
      this.#table === undefined ? own.every(field => has(columns, field.name)) : name === this.#table,
    );
    const place = ({ name }: Field) => table?.columns.findIndex(column => column.name === name) ?? -1;
    return own.toSorted((a, b) => place(a) - place(b));
  }
}

function isFrame(message: ServerMessage): message is ViewFrame {
  return 'view' in message && message.type !== 'opened';
}
