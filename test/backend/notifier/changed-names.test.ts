import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NameKind } from '../../../backend/notifier/names.ts';
import type { StoreHouse } from '../../../backend/notifier/store-house.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { openStoreHouse } from '../../support/store-house.ts';
import { tempDir } from '../../support/temp-dir.ts';

function openHouse(dataDir = tempDir()): StoreHouse {
  return openStoreHouse(new SimClock(), { store: { mode: 'dump', dataDir }, filters: { base: 'severity >= 4' } });
}

describe('§1 a name that is changed while it runs', () => {
  it.each<[string, NameKind, string, string | Request]>([
    ['that cannot be read', 'filters', 'lon', 'site ='],
    ['of a column that there is not', 'views', 'wall', { columns: ['sevrity'] }],
    ['that goes in a circle', 'filters', 'lon', '@lon'],
  ])('is refused with a value %s, and never reaches the file', async (_, kind, name, value) => {
    const dataDir = tempDir();
    const house = openHouse(dataDir);
    await house.saveName({ kind: 'filters', name: 'nyc', value: "site = 'nyc'" });
    const file = join(dataDir, 'names.json');
    const before = readFileSync(file, 'utf8');
    mkdirSync(`${file}.new`); // nothing more can be written
    await expect(house.saveName({ kind, name, value })).rejects.toMatchObject({
      code: kind === 'views' ? 'bad-request' : 'bad-filter',
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await house.names()).toEqual({ filters: { base: 'severity >= 4', nyc: "site = 'nyc'" }, views: {} });
  });

  it('that cannot be written is not changed either', async () => {
    const dataDir = tempDir();
    const house = openHouse(dataDir);
    mkdirSync(join(dataDir, 'names.json.new'));
    await expect(house.saveName({ kind: 'filters', name: 'lon', value: "site = 'lon'" })).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining('names.json cannot be written (EISDIR); the name was not saved'),
    });
    expect((await house.names()).filters).toEqual({ base: 'severity >= 4' });
  });

  it('is refused where it would leave another name without a meaning', async () => {
    const house = openHouse();
    await house.saveName({ kind: 'filters', name: 'lon', value: "site = 'lon'" });
    await house.saveName({ kind: 'filters', name: 'bad_lon', value: '@base AND @lon' });
    await house.saveName({ kind: 'views', name: 'wall', value: { filter: '@bad_lon' } });
    await house.saveName({ kind: 'views', name: 'narrow', value: { view: 'wall', columns: ['node'] } });
    const before = await house.names();
    const forget = (kind: NameKind, name: string) => house.saveName({ kind, name });
    await expect(forget('filters', 'lon')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^filter "bad_lon" is based on it: /),
    });
    await expect(forget('views', 'wall')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^view "narrow" is based on it: /),
    });
    const counts: Request = { metrics: [{ fn: 'count' }] };
    await expect(house.saveName({ kind: 'views', name: 'wall', value: counts })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await house.names()).toEqual(before);
    for (const name of ['narrow', 'wall']) await forget('views', name);
    for (const name of ['bad_lon', 'lon']) await forget('filters', name);
    expect((await house.names()).filters).toEqual({ base: 'severity >= 4' });
  });
});
