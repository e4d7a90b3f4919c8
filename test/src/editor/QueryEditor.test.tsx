// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import { LoadingState } from '@grafana/data';
import { act, cleanup, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { QueryEditor } from '../../../src/editor/QueryEditor.tsx';
import type { PanelcastQuery } from '../../../src/types.ts';
import { choose, edit, type FakeSource } from './editor-bench.tsx';

const QUERY: PanelcastQuery = {
  refId: 'A',
  format: 'table',
  editor: 'builder',
  request: { filter: "severity >= 4 AND site = 'lon'", columns: ['node', 'summary'], limit: 100 },
};

function open(query: Partial<PanelcastQuery> = {}, source?: FakeSource) {
  return edit<PanelcastQuery>(QueryEditor, { ...QUERY, ...query }, source);
}

function filterText(): HTMLTextAreaElement {
  return screen.getByRole('textbox', { name: /Filter/ });
}

describe('the builder', () => {
  it('shows a filter as rows of column, operator and value', async () => {
    await open();
    expect(screen.getByRole('combobox', { name: 'Column of severity' })).toHaveProperty('value', 'severity');
    expect(screen.getByRole('combobox', { name: 'Operator of severity' })).toHaveProperty('value', '>=');
    expect(screen.getByRole('combobox', { name: 'Value of severity' })).toHaveProperty('value', '4 (major)');
    expect(screen.getByRole('combobox', { name: 'Value of site' })).toHaveProperty('value', 'lon');
  });

  it('writes a changed row into the filter and runs it', async () => {
    const { query, runs, user } = await open();
    await choose(user, 'Value of severity', /critical/);
    expect(query().request.filter).toBe("severity >= 'critical' AND site = 'lon'");
    expect(runs()).toBe(1);
    await choose(user, 'Operator of site', /^<>/);
    expect(query().request.filter).toBe("severity >= 'critical' AND site <> 'lon'");
  });

  it('offers the values that the rows have', async () => {
    const { query, user } = await open();
    await choose(user, 'Value of site', 'nyc');
    expect(query().request.filter).toBe("severity >= 4 AND site = 'nyc'");
  });

  it('says nothing for a condition until it is finished', async () => {
    const { query, runs, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Condition' }));
    await choose(user, 'Column of the new condition', /^node/, 'node');
    expect(query().request.filter).toBe(QUERY.request.filter);
    expect(runs()).toBe(0);
    await choose(user, 'Value of node', 'r1');
    expect(query().request.filter).toBe("severity >= 4 AND site = 'lon' AND node = 'r1'");
  });

  it('joins by OR, groups, and takes conditions away', async () => {
    const { query, user } = await open();
    await user.click(screen.getByRole('radio', { name: 'OR' }));
    expect(query().request.filter).toBe("severity >= 4 OR site = 'lon'");
    await user.click(screen.getByRole('button', { name: 'Group' }));
    await choose(user, 'Column of the new condition', /^@p1/, '@p');
    expect(query().request.filter).toBe("severity >= 4 OR site = 'lon' OR (@p1)");
    await user.click(screen.getByRole('button', { name: 'Remove severity' }));
    expect(query().request.filter).toBe("site = 'lon' OR (@p1)");
  });

  it('shows as code what has no shape as a row, and leaves it as it is', async () => {
    const { query, user } = await open({ request: { filter: "NOT (node GLOB 'r*') AND severity = 5" } });
    expect(screen.getByRole('textbox', { name: 'Condition as code' })).toHaveProperty('value', "NOT (node GLOB 'r*')");
    await choose(user, 'Value of severity', /major/);
    expect(query().request.filter).toBe("NOT (node GLOB 'r*') AND severity = 'major'");
  });

  it('says when a filter cannot be shown, and keeps it', async () => {
    const { query } = await open({ request: { filter: 'severity >= ' } });
    expect(screen.getByText(/cannot be shown as rows; it is kept/)).toBeTruthy();
    expect(screen.getByText(/expected a value at 12/)).toBeTruthy();
    expect(query().request.filter).toBe('severity >= ');
  });
});

describe('code', () => {
  it('has the same filter, and switching there and back changes nothing', async () => {
    const { query, user } = await open();
    await user.click(screen.getByRole('radio', { name: 'Code' }));
    expect(filterText().value).toBe(QUERY.request.filter);
    await user.click(screen.getByRole('radio', { name: 'Builder' }));
    expect(query()).toEqual(QUERY);
  });

  it('completes what is typed, by keyboard alone', async () => {
    const { query, runs, user } = await open({ editor: 'code', request: {} });
    await user.type(filterText(), 'sev');
    expect(screen.getByRole('option', { name: /severity/, selected: true })).toBeTruthy();
    await user.keyboard('{Enter}');
    expect(filterText().value).toBe('severity ');
    await user.keyboard('{ArrowDown}{Enter}');
    expect(filterText().value).toBe('severity >= ');
    await user.keyboard('maj{Tab}');
    expect(filterText().value).toBe("severity >= 'major' ");
    await user.keyboard('{Shift>}{Enter}{/Shift}');
    expect(query().request.filter).toBe("severity >= 'major' ");
    expect(runs()).toBe(1);
  });

  it('offers the values that a column has, once the notifier has told them', async () => {
    const { source, user } = await open({ editor: 'code', request: {} });
    await user.type(filterText(), "site = 'n");
    await user.click(await screen.findByRole('option', { name: /'nyc'/ }));
    expect(filterText().value).toBe("site = 'nyc' ");
    expect(source.asked).toHaveLength(1);
  });

  it('closes the list with Escape and leaves Enter to the text', async () => {
    const { user } = await open({ editor: 'code', request: { filter: 'severity = 5 ' } });
    await user.click(filterText());
    await user.keyboard('{Control>} {/Control}');
    expect(screen.getByRole('listbox')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    await user.keyboard('{Enter}');
    expect(filterText().value).toContain('\n');
  });

  it('underlines a fault where it is, in the notifier’s words, and does not run it', async () => {
    const { query, runs, user } = await open({ editor: 'code', request: {} });
    await user.type(filterText(), 'sevrity > 4{Escape}');
    await user.tab();
    expect(screen.getByText(/did you mean "severity"\?/)).toBeTruthy();
    expect(filterText().getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(filterText().getAttribute('aria-describedby')!)?.textContent).toContain('sevrity');
    const underlined = [...document.querySelectorAll('pre span')].find(({ textContent }) => textContent === 'sevrity');
    expect(getComputedStyle(underlined!).textDecoration).toContain('wavy');
    expect(query().request.filter).toBe('sevrity > 4');
    expect(runs()).toBe(0);
  });

  it('judges variables by the values that they have', async () => {
    const { user } = await open({ editor: 'code', request: { filter: 'site = $site' } });
    expect(filterText().getAttribute('aria-invalid')).toBe('false');
    await user.type(filterText(), ' AND node = $nobody');
    expect(screen.getByText(/there is no variable \$nobody/)).toBeTruthy();
  });
});

describe('what is asked', () => {
  it('adds, moves and removes columns', async () => {
    const { query, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Move summary left' }));
    expect(query().request.columns).toEqual(['summary', 'node']);
    await user.click(screen.getByRole('button', { name: 'Remove node' }));
    await user.click(screen.getByRole('button', { name: 'Remove summary' }));
    expect(query().request).not.toHaveProperty('columns');
  });

  it('keeps what rows had while metrics are shown, and gives it back', async () => {
    const { query, user } = await open();
    await choose(user, 'Result', /^Metric/);
    expect(query()).toMatchObject({ format: 'metric', request: { metrics: [{ fn: 'count' }] } });
    expect(query().request).not.toHaveProperty('columns');
    await choose(user, 'Function of metric 1', /^max/);
    expect(query().request.metrics).toEqual([{ fn: 'max', column: 'severity' }]);
    await choose(user, 'Result', /^Table/);
    expect(query()).toEqual(QUERY);
    await choose(user, 'Result', /^Metric/);
    expect(query().request.metrics).toEqual([{ fn: 'max', column: 'severity' }]);
  });

  it('groups by node for a node status', async () => {
    const { query, user } = await open();
    await choose(user, 'Result', /^Node status/);
    expect(query()).toMatchObject({
      format: 'status',
      request: { metrics: [{ fn: 'max', column: 'severity', as: 'worst' }, { fn: 'count' }], groupBy: ['node'] },
    });
  });

  it('takes a limit when its field is left, and no nonsense', async () => {
    const { query, runs, user } = await open();
    const limit = screen.getByRole('textbox', { name: /Limit/ });
    await user.clear(limit);
    await user.type(limit, '25');
    expect(runs()).toBe(0);
    await user.tab();
    expect(query().request.limit).toBe(25);
    await user.clear(limit);
    await user.type(limit, 'many');
    await user.tab();
    expect(query().request.limit).toBe(25);
    await user.clear(limit);
    await user.tab();
    expect(query().request).not.toHaveProperty('limit');
  });

  it('asks a named view by its name, with only the pace its own', async () => {
    const { query, user } = await open({ request: { ...QUERY.request, intervalMs: 5000 } });
    await choose(user, /^Table/, /^wall/);
    expect(query().request).toEqual({ view: 'wall', intervalMs: 5000 });
    expect(screen.queryByRole('group', { name: 'Filter' })).toBeNull();
  });
});

describe('the status line', () => {
  it('says who shares the view and how often it is evaluated', async () => {
    const { tell } = await open();
    const custom = {
      view: 'v1',
      role: 'secondary',
      viewers: 9,
      panels: 12,
      asOf: 5,
      intervalMs: 1000,
      transport: 'websocket',
    };
    const frame = { refId: 'A', fields: [], length: 0, meta: { custom } };
    await act(async () => tell({ state: LoadingState.Streaming, series: [frame] }));
    expect(
      screen.getByText(
        'Shared by 12 panels on this page and 8 other viewers, evaluated once a second. This page is a secondary.',
      ),
    ).toBeTruthy();
    const notices = [{ severity: 'warning' as const, text: 'Reconnecting; this is as of 12:00:00' }];
    await act(async () => tell({ state: LoadingState.Streaming, series: [{ ...frame, meta: { custom, notices } }] }));
    expect(screen.getByText(/^Reconnecting; this is as of 12:00:00\. Shared/)).toBeTruthy();
  });

  it('says what the notifier refused', async () => {
    const { tell } = await open();
    const errors = [{ refId: 'A', message: 'limit must be a whole number from 1 to 50000' }];
    await act(async () => tell({ state: LoadingState.Error, series: [], errors }));
    expect(screen.getByText('limit must be a whole number from 1 to 50000')).toBeTruthy();
  });
});

describe('a table of the notifier’s own facts', () => {
  it('is chosen like any other, and asks no more for what it has not', async () => {
    const { query, user } = await open({ request: { ...QUERY.request, filter: 'severity > 3' } });
    await choose(user, /^Table/, /panelcast.sets/);
    expect(query().request).toEqual({ source: 'panelcast', table: 'sets', limit: 100 });
    expect(screen.queryByRole('button', { name: 'Act on rows' })).toBeNull();
    expect(screen.queryByLabelText(/Operator actions/)).toBeNull();
    await choose(user, /^Table/, /^events/);
    expect(query().request).toEqual({ limit: 100 });
  });

  it('completes columns and values from its own rows', async () => {
    const { query, source, user } = await open({ request: { source: 'panelcast', table: 'sets' } });
    source.values = { filter: ['severity = 5'] };
    await user.click(screen.getByRole('button', { name: 'Condition' }));
    await choose(user, 'Column of the new condition', /^filter$/, 'filter');
    await choose(user, 'Value of filter', 'severity = 5');
    expect(query().request).toEqual({ source: 'panelcast', table: 'sets', filter: "filter = 'severity = 5'" });
    expect(source.asked.at(-1)).toMatchObject({ source: 'panelcast', table: 'sets', groupBy: ['filter'] });
  });
});

describe('a filter that cannot be run', () => {
  it('is told wrong in the builder too, which can show it', async () => {
    const { query, runs, user } = await open({ request: { filter: "sevrity = 5 AND site = 'lon' AND node = 'r1'" } });
    expect(
      (await screen.findAllByText(/unknown column "sevrity".* The panel shows what was asked before/)).length,
    ).toBe(1);
    await user.click(screen.getByRole('button', { name: 'Remove site' }));
    expect([query().request.filter, runs()]).toEqual(["sevrity = 5 AND node = 'r1'", 0]);
    await user.click(screen.getByRole('button', { name: 'Remove sevrity' }));
    expect([query().request.filter, runs()]).toEqual(["node = 'r1'", 1]);
    expect(screen.queryByText(/unknown column/)).toBeNull();
  });
});

describe('the modes', () => {
  const offered = async (query: Partial<PanelcastQuery>) => {
    const { user } = await open(query);
    await user.click(screen.getByRole('combobox', { name: /^Mode/ }));
    return (await screen.findAllByRole('option')).map(option => option.textContent?.split(/[A-Z]/)[0]);
  };

  it('are those that a panel can have: of rows three, of metrics two', async () => {
    expect(await offered({})).toEqual(['net', 'immediate', 'all']);
  });

  it('leave out for metrics what tells every change', async () => {
    expect(await offered({ format: 'metric', request: { metrics: [{ fn: 'count' }] } })).toEqual(['net', 'immediate']);
  });

  it('show one for programs that a dashboard was saved with, and do not offer it', async () => {
    expect(await offered({ request: { mode: 'saf' } })).toEqual(['net', 'immediate', 'all']);
    cleanup();
    await open({ request: { mode: 'saf' } });
    expect(screen.getByRole('combobox', { name: /^Mode/ })).toHaveProperty('value', 'saf');
  });

  it('drop the limit where every change is told', async () => {
    const { query, user } = await open();
    await choose(user, /^Mode/, /^all/);
    expect(query().request).toEqual({ filter: QUERY.request.filter, columns: ['node', 'summary'], mode: 'all' });
    await choose(user, /^Mode/, /^net/);
    expect(query().request).not.toHaveProperty('mode');
  });
});
