import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With forward slashes, relative: `folder/file`. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** DOS has no time before this; every entry carries it, so that equal contents give equal archives and checksums. */
const DOS_TIME = 0;
const DOS_DATE_1980_01_01 = 0x21;
const VERSION_DEFLATE = 20;
const MADE_BY_UNIX = 3 << 8;
const UTF8_NAMES = 1 << 11;
const DEFLATE = 8;
const FILE_MODE = 0o100644;

/**
 * A zip archive of deflated files, in the order given. No zip64: an archive over 4 GiB or 65 535 files is refused by
 * the field widths (Buffer throws), far from any plugin.
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name, 'utf8');
    const packed = deflateRawSync(entry.data, { level: 9 });
    const facts = entryFacts(entry.data, packed, name);
    const local = Buffer.concat([signature(0x04034b50), facts, uint16(0), name, packed]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE((FILE_MODE << 16) >>> 0, 8);
    tail.writeUInt32LE(offset, 12);
    directory.push(Buffer.concat([signature(0x02014b50), uint16(MADE_BY_UNIX | VERSION_DEFLATE), facts, tail, name]));
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  return Buffer.concat([...parts, index, endRecord(entries.length, index.length, offset)]);
}

/** The fields that the local header and the central directory have in common, up to the name's length. */
function entryFacts(data: Uint8Array, packed: Buffer, name: Buffer): Buffer {
  const facts = Buffer.alloc(24);
  facts.writeUInt16LE(VERSION_DEFLATE, 0);
  facts.writeUInt16LE(UTF8_NAMES, 2);
  facts.writeUInt16LE(DEFLATE, 4);
  facts.writeUInt16LE(DOS_TIME, 6);
  facts.writeUInt16LE(DOS_DATE_1980_01_01, 8);
  facts.writeUInt32LE(crc32(data), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(data.length, 18);
  facts.writeUInt16LE(name.length, 22);
  return facts;
}

function endRecord(count: number, indexBytes: number, indexOffset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(indexBytes, 12);
  record.writeUInt32LE(indexOffset, 16);
  return record;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
