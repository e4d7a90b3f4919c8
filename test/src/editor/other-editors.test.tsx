// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import type { DataSourceApi } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { AnnotationEditor } from '../../../src/editor/AnnotationEditor.tsx';
import { EXAMPLES, GRAMMAR } from '../../../src/editor/examples.ts';
import { QueryHelp } from '../../../src/editor/QueryHelp.tsx';
import { VariableEditor } from '../../../src/editor/VariableEditor.tsx';
import type { PanelcastQuery, PanelcastVariableQuery } from '../../../src/types.ts';
import { variableRequest } from '../../../src/variables/query-variables.ts';
import { choose, edit } from './editor-bench.tsx';
import { EVENTS, VOCABULARY } from './ground.ts';

describe('the variable editor', () => {
  it('begins with nothing and asks for a column', async () => {
    const { query, runs, user } = await edit<PanelcastVariableQuery>(VariableEditor, '' as never);
    await choose(user, /^Column/, /^site/, 'site');
    expect(query()).toEqual({ refId: 'variable', column: 'site' });
    expect(runs()).toBe(1);
  });

  it('takes a filter and a table', async () => {
    const { query, user } = await edit<PanelcastVariableQuery>(VariableEditor, { refId: 'V', column: 'node' });
    await user.type(screen.getByRole('textbox', { name: /Filter/ }), 'severity = 5{Escape}');
    await user.tab();
    expect(query()).toEqual({ refId: 'V', column: 'node', filter: 'severity = 5' });
    await choose(user, /^Table/, /^links/);
    expect(query()).toMatchObject({ table: 'links', column: undefined });
  });
});

describe('the variable editor, of the notifier’s own facts', () => {
  it('names their source and completes their columns', async () => {
    const { query, user } = await edit<PanelcastVariableQuery>(VariableEditor, '' as never);
    await choose(user, /^Table/, /panelcast.sets/);
    await choose(user, /^Column/, 'registrations');
    expect(query()).toEqual({ refId: 'variable', source: 'panelcast', table: 'sets', column: 'registrations' });
    expect(variableRequest(query())).toMatchObject({ source: 'panelcast', table: 'sets', groupBy: ['registrations'] });
  });
});

describe('the annotation editor', () => {
  it('begins with the grave events', async () => {
    const { query, user } = await edit<Partial<PanelcastQuery>>(AnnotationEditor, { refId: 'Anno' });
    await choose(user, 'Value of severity', /major/);
    expect(query()).toMatchObject({ refId: 'Anno', request: { filter: "severity = 'major'", limit: 500 } });
  });
});

describe('help', () => {
  it('hands over an example that is clicked', async () => {
    const onClick = vi.fn();
    render(
      <QueryHelp
        datasource={{} as DataSourceApi<PanelcastQuery>}
        query={{} as PanelcastQuery}
        onClickExample={onClick}
      />,
    );
    await userEvent.setup().click(screen.getByRole('button', { name: /How many of each severity/ }));
    expect(onClick).toHaveBeenCalledWith(expect.objectContaining({ refId: 'A', format: 'metric' }));
  });

  it('has only examples that the notifier understands', () => {
    const named = { resolve: (name: string) => VOCABULARY.filters[name] };
    for (const { query, title } of EXAMPLES)
      expect(() => compileFilter(query.request.filter ?? '', EVENTS), title).not.toThrow();
    for (const [filter] of GRAMMAR)
      expect(() => compileFilter(filter.replace('$site', "'lon'"), EVENTS, named), filter).not.toThrow();
  });
});
