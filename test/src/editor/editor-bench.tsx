import '../../support/browser-stubs.ts';
import type { PanelData } from '@grafana/data';
import { setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { type ComponentType, useState } from 'react';
import { of, throwError } from 'rxjs';
import { afterEach } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { ActionRequest } from '../../../backend/protocol/row-action.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { VOCABULARY } from './ground.ts';

afterEach(cleanup);

// Lists are as long as they have room, which jsdom has not.
for (const [name, value] of Object.entries({
  offsetHeight: 400,
  offsetWidth: 300,
  clientHeight: 400,
  clientWidth: 300,
}))
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value });
const pen = { measureText: (text: string) => ({ width: 8 * text.length }) };
HTMLCanvasElement.prototype.getContext = (() => pen) as never;
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 300, 400);

/** What an editor needs of a data source, with a notifier that answers from here. */
export class FakeSource {
  readonly asked: Request[] = [];
  readonly done: ActionRequest[] = [];
  /** Distinct values by column; a metric without groups is the number of rows. */
  values: Readonly<Record<string, readonly Value[]>> = { site: ['lon', 'nyc'], node: ['r1', 'r2'] };
  count = 37;
  refusal: PanelcastError | undefined;
  variables: Readonly<Record<string, string>> = { site: 'lon', service: 'dns' };

  readonly api = {
    schema: async () => ({ tables: VOCABULARY.tables, functions: VOCABULARY.functions }),
    names: async () => ({ filters: VOCABULARY.filters, views: VOCABULARY.views }),
    query: (request: Request) => {
      this.asked.push(request);
      const [column] = request.groupBy ?? [];
      const values = column === undefined ? [[this.count]] : [this.values[column] ?? []];
      return this.refusal === undefined ? of({ asOf: 1, fields: [], values }) : throwError(() => this.refusal);
    },
    act: async (request: ActionRequest) => {
      this.done.push(request);
      if (this.refusal !== undefined) throw this.refusal;
      return { rows: this.count, changes: this.count - 2, seq: 9, asOf: 9 };
    },
  };

  constructor() {
    const templates = { getVariables: () => Object.keys(this.variables).map(name => ({ name })) };
    setTemplateSrv(templates as unknown as TemplateSrv);
  }

  applyTemplateVariables(query: { readonly request: Request }) {
    const filter = query.request.filter?.replace(/\$(\w+)/g, (reference, name: string) => {
      const value = this.variables[name];
      if (value === undefined)
        throw new PanelcastError('bad-filter', `there is no variable ${reference}`, { position: 0 });
      return `'${value}'`;
    });
    return { ...query, request: { ...query.request, filter } };
  }
}

export interface Bench<T> {
  readonly user: UserEvent;
  readonly source: FakeSource;
  /** What the editor has made of the query. */
  readonly query: () => T;
  /** How often it was run. */
  readonly runs: () => number;
  readonly tell: (data: Partial<PanelData>) => void;
}

/** An editor over a query that it really changes. */
export async function edit<T>(Editor: ComponentType<never>, query: T, source = new FakeSource()): Promise<Bench<T>> {
  const held = { query, runs: 0, tell: (_: Partial<PanelData>) => {} };
  const Typed = Editor as ComponentType<Record<string, unknown>>;
  function Held() {
    const [state, setState] = useState(query);
    const [data, setData] = useState<Partial<PanelData>>();
    held.tell = setData;
    return (
      <Typed
        datasource={source}
        query={state}
        data={data}
        onChange={(next: T) => {
          held.query = next;
          setState(next);
        }}
        onRunQuery={() => held.runs++}
      />
    );
  }
  const user = userEvent.setup();
  render(<Held />);
  // The words have come.
  await waitFor(() => screen.getByDisplayValue(/events|links|sets|wall/));
  await Promise.resolve();
  return { user, source, query: () => held.query, runs: () => held.runs, tell: data => held.tell(data) };
}

/** Chooses in a combobox by its label; what is typed first brings far options into sight. */
export async function choose(
  user: UserEvent,
  label: string | RegExp,
  option: RegExp | string,
  typed = '',
): Promise<void> {
  const box = screen.getByRole('combobox', { name: label });
  await user.click(box);
  if (typed !== '') await user.type(box, typed);
  await user.click((await screen.findAllByRole('option', { name: option }))[0]!);
}
