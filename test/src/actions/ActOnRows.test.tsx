// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import { config } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { ActOnRows } from '../../../src/actions/ActOnRows.tsx';
import type { NotifierApi } from '../../../src/api/notifier-api.ts';
import { choose, FakeSource } from '../editor/editor-bench.tsx';
import { EVENTS, LINKS } from '../editor/ground.ts';

function be(orgRole: string): void {
  config.bootData = { user: { orgRole } } as typeof config.bootData;
}

async function open(filter: string, source = new FakeSource(), table = EVENTS) {
  const user = userEvent.setup();
  render(
    <ActOnRows
      api={source.api as unknown as NotifierApi}
      request={{ filter }}
      table={table}
      fill={text => source.applyTemplateVariables({ request: { filter: text } }).request.filter ?? ''}
    />,
  );
  await user.click(screen.getByRole('button', { name: 'Act on rows' }));
  return { user, source };
}

describe('acting on all rows of a filter', () => {
  beforeEach(() => be('Editor'));

  it('says how many they are before it does anything, and then what was done', async () => {
    const { source, user } = await open('site = $site');
    expect(await screen.findByText(/37 rows of events where/)).toBeTruthy();
    expect(screen.getByText("site = 'lon'")).toBeTruthy();
    expect(source.done).toEqual([]);
    await user.click(screen.getByRole('button', { name: /Acknowledge · 37 rows/ }));
    expect(source.done).toEqual([{ action: 'acknowledge', table: 'events', filter: "site = 'lon'", expected: 37 }]);
    expect(await screen.findByText(/Done to 37 rows, 2 of them were so already/)).toBeTruthy();
  });

  it('asks for what the action needs', async () => {
    const { source, user } = await open('severity = 5');
    await choose(user, 'Action', 'Change severity');
    expect(screen.getByRole('button', { name: /Change severity · 37 rows/ })).toHaveProperty('disabled', true);
    await choose(user, 'Severity', 'clear');
    await user.click(screen.getByRole('button', { name: /Change severity · 37 rows/ }));
    expect(source.done).toMatchObject([{ action: 'severity', value: '0', expected: 37 }]);
  });

  it('warns of what cannot be undone, and names all rows as TRUE', async () => {
    const { source, user } = await open('');
    await choose(user, 'Action', 'Delete');
    expect(screen.getByText(/gone for everybody, and for good/)).toBeTruthy();
    await user.click(await screen.findByRole('button', { name: /Delete · 37 rows/ }));
    expect(source.done).toMatchObject([{ action: 'delete', filter: 'TRUE' }]);
  });

  it('tells what the notifier refused, and counts again', async () => {
    const { source, user } = await open('severity = 5');
    await screen.findByRole('button', { name: /Acknowledge · 37 rows/ });
    source.api.act = async () => {
      source.count = 41;
      throw new PanelcastError('conflict', 'it would be 41 rows by now, not 37; nothing was done');
    };
    await user.click(screen.getByRole('button', { name: /Acknowledge · 37 rows/ }));
    expect(await screen.findByText(/it would be 41 rows by now/)).toBeTruthy();
    expect(await screen.findByRole('button', { name: /Acknowledge · 41 rows/ })).toBeTruthy();
  });

  it('offers only what the table has columns for', async () => {
    const { user } = await open('', new FakeSource(), LINKS);
    await user.click(screen.getByRole('combobox', { name: 'Action' }));
    expect((await screen.findAllByRole('option')).map(({ textContent }) => textContent)).toEqual(['Delete']);
  });

  it('is not there for viewers', () => {
    be('Viewer');
    render(<ActOnRows api={{} as NotifierApi} request={{}} table={EVENTS} fill={text => text} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
