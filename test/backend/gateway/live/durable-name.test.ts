import { describe, expect, it } from 'vitest';
import { durableName } from '../../../../backend/gateway/live/durable-name.ts';
import { PanelcastError } from '../../../../backend/lib/panelcast-error.ts';
import { LiveServer } from './live-server.ts';
import { Viewer } from './viewer.ts';

describe('the durable name of a client', () => {
  it('is two of two users who call themselves alike, and neither is the machine’s', () => {
    const names = [
      durableName({ role: 'admin' }, 'archive'),
      durableName({ role: 'admin', user: 'ada' }, 'archive'),
      durableName({ role: 'viewer', user: 'grace' }, 'archive'),
      durableName({ role: 'viewer' }, 'archive'),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('stays a machine’s own, so that its streams are found again', () => {
    expect(durableName({ role: 'admin' }, 'noc-archive')).toBe('noc-archive');
  });

  it('stays a user’s whatever the role of today', () => {
    expect(durableName({ role: 'viewer', user: 'ada' }, 'a')).toBe(durableName({ role: 'admin', user: 'ada' }, 'a'));
  });

  it('cannot be made to mean another’s', () => {
    expect(durableName({ role: 'viewer', user: 'a/b' }, 'c')).not.toBe(
      durableName({ role: 'viewer', user: 'a' }, 'b/c'),
    );
    expect(durableName({ role: 'viewer', user: 'a%2Fb' }, 'c')).not.toBe(
      durableName({ role: 'viewer', user: 'a/b' }, 'c'),
    );
    for (const client of ['user/ada/archive', 'viewer/archive'])
      expect(() => durableName({ role: 'admin' }, client)).toThrow(PanelcastError);
  });

  it('is what the notifier is told', async () => {
    const server = await LiveServer.start({ grant: { identity: { role: 'operator', user: 'ada' } } });
    const viewer = await Viewer.connect(server.port);
    viewer.say({ type: 'hello', protocol: 'panelcast.v1', client: 'archive' });
    expect(await server.notifier.heard('join')).toMatchObject({ client: 'user/ada/archive' });
  });

  it('refuses a machine that takes a user’s, before it has joined', async () => {
    const server = await LiveServer.start({ grant: { identity: { role: 'admin' } } });
    const viewer = await Viewer.connect(server.port);
    viewer.say({ type: 'hello', protocol: 'panelcast.v1', client: 'user/ada/archive' });
    expect((await viewer.next('error')).message).toContain('choose one that begins with neither user/ nor viewer/');
    await viewer.next('bye');
    expect(server.notifier.of('join')).toEqual([]);
  });
});
