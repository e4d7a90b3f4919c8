import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ZipEntry, zip } from '../../build/zip.ts';
import { Random } from '../support/random.ts';

/** Reads by the central directory alone, as unpackers do, and holds every local header against it. */
function unzip(archive: Buffer): ZipEntry[] {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  const entries = Array.from({ length: count }, () => {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    expect(archive.subarray(local + 4, local + 28)).toEqual(archive.subarray(at + 6, at + 30));
    const body = local + 30 + nameLength;
    const data = inflateRawSync(archive.subarray(body, body + archive.readUInt32LE(at + 20)));
    expect(data.length).toBe(archive.readUInt32LE(at + 24));
    at += 46 + nameLength;
    return { name, data };
  });
  expect(at).toBe(end);
  return entries;
}

describe('zip', () => {
  it('gives back every file under its name', () => {
    const random = new Random(7);
    const entries = ['id/plugin.json', 'id/img/logo.svg', 'id/empty', 'id/Übersicht.md'].map((name, i) => ({
      name,
      data: Buffer.from(Array.from({ length: i === 2 ? 0 : 5_000 }, () => random.int(64))),
    }));
    expect(unzip(zip(entries))).toEqual(entries);
  });

  it('makes equal archives of equal files, so that checksums can be compared', () => {
    const entries = [{ name: 'id/module.js', data: Buffer.from('define([], () => 1)') }];
    expect(zip(entries).equals(zip(entries))).toBe(true);
  });

  it('keeps files readable after unpacking on unix', () => {
    const archive = zip([{ name: 'a', data: Buffer.from('x') }]);
    const directory = archive.readUInt32LE(archive.length - 6);
    expect((archive.readUInt32LE(directory + 38) >>> 16) & 0o777).toBe(0o644);
  });
});
