// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { ConfigEditor } from '../../../src/editor/ConfigEditor.tsx';
import { readToken, type Settings, withoutToken, withToken } from '../../../src/editor/token-header.ts';
import { choose } from './editor-bench.tsx';

function settings(of: Partial<Settings> = {}): Settings {
  return { url: 'http://notifier:4100', jsonData: {}, secureJsonFields: {}, readOnly: false, ...of } as Settings;
}

function open(given: Settings) {
  const held = { settings: given };
  function Held() {
    const [state, setState] = useState(given);
    return (
      <ConfigEditor
        options={state}
        onOptionsChange={next => {
          held.settings = next as Settings;
          setState(next as Settings);
        }}
      />
    );
  }
  render(<Held />);
  return { user: userEvent.setup(), held };
}

describe('the config editor', () => {
  it('stores the token as the header that Grafana’s server puts on', async () => {
    const { held, user } = open(settings());
    await user.type(screen.getByLabelText('Token'), 'abc');
    expect(held.settings.jsonData).toEqual({ httpHeaderName1: 'Authorization' });
    expect(held.settings.secureJsonData).toEqual({ httpHeaderValue1: 'Bearer abc' });
  });

  it('shows a stored token only as stored, and can forget it', async () => {
    const jsonData = { httpHeaderName1: 'Authorization' } as Settings['jsonData'];
    const { held, user } = open(settings({ jsonData, secureJsonFields: { httpHeaderValue1: true } }));
    expect(screen.getByLabelText('Token')).toHaveProperty('value', 'configured');
    expect(screen.getByLabelText('Token')).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('button', { name: 'Reset' }));
    expect(held.settings).toMatchObject({ jsonData: {}, secureJsonFields: { httpHeaderValue1: false } });
    expect(held.settings.jsonData).not.toHaveProperty('httpHeaderName1');
  });

  it('can hold panels to one kind of connection', async () => {
    const { held, user } = open(settings({ jsonData: { transport: 'polling' } }));
    await choose(user, /Connection/, 'WebSocket only');
    expect(held.settings.jsonData).toEqual({ transport: 'websocket' });
  });
});

describe('the token header', () => {
  it('is read whatever its number and case', () => {
    const jsonData = { httpHeaderName1: 'X-Team', httpHeaderName2: 'authorization' } as Settings['jsonData'];
    expect(readToken(settings({ jsonData, secureJsonFields: { httpHeaderValue2: true } }))).toEqual({
      index: 2,
      isStored: true,
      typed: undefined,
    });
  });

  it('takes a free number beside other headers, and leaves those alone', () => {
    const before = settings({
      jsonData: { httpHeaderName1: 'X-Team' } as Settings['jsonData'],
      secureJsonFields: { httpHeaderValue1: true },
    });
    const after = withToken(before, ' Bearer abc\n');
    expect(after.jsonData).toEqual({ httpHeaderName1: 'X-Team', httpHeaderName2: 'Authorization' });
    expect(after.secureJsonData).toEqual({ httpHeaderValue2: 'Bearer abc' });
    expect(after.secureJsonFields).toEqual({ httpHeaderValue1: true });
    expect(withoutToken(after).jsonData).toEqual(before.jsonData);
  });
});
