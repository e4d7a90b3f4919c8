// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import { EventBusSrv } from '@grafana/data';
import { setAppEvents } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { RowDialog } from '../../../src/actions/RowDialog.tsx';
import type { NotifierApi } from '../../../src/api/notifier-api.ts';
import { choose, FakeSource } from '../editor/editor-bench.tsx';

const ROW = { table: 'events', key: 17, told: { summary: 'Link down', node: 'r1', owner: '' } };

async function open(source = new FakeSource()) {
  setAppEvents(new EventBusSrv());
  const onDismiss = vi.fn();
  render(<RowDialog api={source.api as unknown as NotifierApi} row={ROW} onDismiss={onDismiss} />);
  await screen.findByRole('button', { name: 'Acknowledge' });
  return { user: userEvent.setup(), source, onDismiss };
}

describe('the dialog of a row', () => {
  it('says which row it is, without what is empty', async () => {
    await open();
    expect(screen.getByRole('dialog', { name: 'Link down' })).toBeTruthy();
    expect(screen.getByText('node r1 · row 17')).toBeTruthy();
  });

  it('does at once what needs no word, and goes', async () => {
    const { onDismiss, source, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Acknowledge' }));
    expect(source.done).toEqual([{ action: 'acknowledge', table: 'events', keys: [17] }]);
    expect(onDismiss).toHaveBeenCalledOnce();
  });

  it('asks for the word that an action needs', async () => {
    const { source, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Add a note' }));
    const confirm = screen.getAllByRole('button', { name: 'Add a note' }).at(-1)!;
    expect(confirm).toHaveProperty('disabled', true);
    await user.type(screen.getByRole('textbox', { name: 'Note' }), `on it, "really"`);
    await user.click(confirm);
    expect(source.done).toEqual([{ action: 'note', table: 'events', keys: [17], value: `on it, "really"` }]);
  });

  it('offers the values of the column, and forgets them for another action', async () => {
    const { source, user } = await open();
    await user.click(screen.getByRole('button', { name: 'Suppress' }));
    await choose(user, 'Suppression', 'suppressed');
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    expect(screen.getByText(/gone for everybody/)).toBeTruthy();
    expect(source.done).toEqual([]);
    await user.click(screen.getAllByRole('button', { name: 'Delete' }).at(-1)!);
    expect(source.done).toEqual([{ action: 'delete', table: 'events', keys: [17] }]);
  });

  it('stays with what the notifier refused, and asks for an owner where it knows none', async () => {
    const { onDismiss, source, user } = await open();
    source.refusal = new PanelcastError('bad-request', 'action own needs a value: this identity has no user name');
    await user.click(screen.getByRole('button', { name: 'Own' }));
    expect(await screen.findByText(/has no user name/)).toBeTruthy();
    expect(onDismiss).not.toHaveBeenCalled();
    source.refusal = undefined;
    await user.type(screen.getByRole('textbox', { name: /^Owner/ }), 'ann');
    await user.click(screen.getAllByRole('button', { name: 'Own' }).at(-1)!);
    expect(source.done.at(-1)).toEqual({ action: 'own', table: 'events', keys: [17], value: 'ann' });
    expect(onDismiss).toHaveBeenCalledOnce();
  });
});
