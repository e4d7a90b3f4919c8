/** Random filters and rows that are chosen to hurt, for the comparisons with SQLite. */
import type { Row, TableSchema, Value } from '../../../backend/protocol/schema.ts';
import type { Random } from '../../support/random.ts';

export const HURTING: TableSchema = {
  name: 'hurting',
  primaryKey: 'id',
  columns: [
    { name: 'id', type: 'integer', nullable: false },
    { name: 'i', type: 'integer', nullable: true },
    { name: 'j', type: 'integer', nullable: true },
    { name: 'k', type: 'integer', nullable: false },
    { name: 'rare', type: 'integer', nullable: true },
    { name: 'at', type: 'integer', nullable: true, format: 'time-ms' },
    { name: 'r', type: 'real', nullable: true },
    { name: 's', type: 'real', nullable: true },
    { name: 't', type: 'text', nullable: true },
    { name: 'u', type: 'text', nullable: true },
    { name: 'v', type: 'text', nullable: false },
  ],
};

export const NOW = 1_700_000_000_000;

const BIG = [2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 31, -(2 ** 31) - 1, 4_294_967_296];
const SMALL = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 10, 50];
const REALS = [
  -1.5, -1, -0.5, 0, 0.1, 0.2, 0.30000000000000004, 0.5, 1, 2.5, 3, 5, 10, 1e300, -1e300, 5e-324, 9007199254740991,
];
const TEXTS = [
  '',
  ' ',
  '5',
  '05',
  ' 5',
  '5 ',
  '5.0',
  '1e1',
  '10',
  '-1',
  'a',
  'A',
  'ab',
  'AB',
  'aB',
  'abc',
  'abcd',
  'b',
  'É',
  'é',
  'éa',
  'ß',
  'SS',
  '\u{1f600}',
  '\u{1f600}a',
  '\ue000',
  '\uffff',
  '\ud7ff',
  '\ud7ffz',
  '\u{10ffff}',
  '%',
  '_',
  '%a',
  'a_c',
  'a%c',
  '\\',
  'a\\c',
  "'",
  '[a]',
  '*',
  'a*',
  'K',
  '\u212a',
  'null',
  'a b',
  'lon',
  'LON',
  'abab',
  'aabb',
  'z',
];

export function randomRow(random: Random, id: number): Row {
  const maybe = (from: readonly Value[], missing = 0.2): Value => (random.chance(missing) ? null : random.pick(from));
  const texts = random.chance(0.1) ? [...TEXTS, 'a\0b', '\0', 'abc\0'] : TEXTS;
  return [
    id,
    maybe([...BIG, ...SMALL]),
    maybe(SMALL),
    random.pick(SMALL),
    maybe(SMALL, 0.01),
    maybe([NOW, NOW - 1, NOW + 1, NOW - 300_000, NOW - 299_999, NOW - 300_001, NOW - 60_000, NOW + 60_000, 0]),
    maybe(REALS),
    maybe(REALS),
    maybe(texts),
    maybe(texts),
    random.pick(texts),
  ];
}

/** A filter in Panelcast's spelling and in SQLite's own, which lacks now() in milliseconds and durations. */
export interface Spelt {
  readonly ours: string;
  readonly sqlite: string;
}

export function same(text: string): Spelt {
  return { ours: text, sqlite: text };
}

/** Fills `$` places, one after the other. */
export function spell(template: string, ...parts: readonly Spelt[]): Spelt {
  let ours = 0;
  let sqlite = 0;
  return {
    ours: template.replaceAll('$', () => parts[ours++]!.ours),
    sqlite: template.replaceAll('$', () => parts[sqlite++]!.sqlite),
  };
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const ORDERINGS = ['=', '==', '<>', '!=', '<', '<=', '>', '>=', 'IS', 'IS NOT'] as const;

export function randomFilter(random: Random, depth = 3): Spelt {
  if (depth === 0 || random.chance(0.25)) return randomAtom(random);
  const inner = (): Spelt => randomFilter(random, depth - 1);
  const kind = random.int(10);
  if (kind < 4)
    return spell(
      `(${Array(2 + random.int(2))
        .fill('$')
        .join(' AND ')})`,
      inner(),
      inner(),
      inner(),
    );
  if (kind < 8)
    return spell(
      `(${Array(2 + random.int(2))
        .fill('$')
        .join(' OR ')})`,
      inner(),
      inner(),
      inner(),
    );
  if (kind < 9) return spell('NOT ($)', inner());
  return spell(`($) IS ${random.chance(0.5) ? 'NOT ' : ''}${random.pick(['TRUE', 'FALSE', 'NULL'])}`, inner());
}

export function randomAtom(random: Random): Spelt {
  return random.pick(ATOMS)(random);
}

const ATOMS: readonly ((random: Random) => Spelt)[] = [
  random => same(`${whole(random)} ${random.pick(ORDERINGS)} ${wholeConstant(random)}`),
  random => same(`${wholeConstant(random)} ${random.pick(ORDERINGS)} ${whole(random)}`),
  random => same(`${real(random)} ${random.pick(ORDERINGS)} ${realConstant(random)}`),
  random => same(`${text(random)} ${random.pick(ORDERINGS)} ${textConstant(random)}`),
  random =>
    same(
      `${random.pick([whole, real, text])(random)} ${random.pick(['IS NULL', 'IS NOT NULL', 'ISNULL', 'NOTNULL', 'NOT NULL'])}`,
    ),
  random => same(`${whole(random)}${not(random)} BETWEEN ${wholeConstant(random)} AND ${wholeConstant(random)}`),
  random => same(`${text(random)}${not(random)} BETWEEN ${textConstant(random)} AND ${textConstant(random)}`),
  random => same(`${whole(random)}${not(random)} IN (${list(random, wholeConstant)})`),
  random => same(`${text(random)}${not(random)} IN (${list(random, textConstant)})`),
  random => same(`${text(random)}${not(random)} LIKE ${likeText(random)}`),
  random => same(`${text(random)}${not(random)} GLOB ${globText(random)}`),
  random => same(`${text(random)} ${random.pick(ORDERINGS)} ${text(random)}`),
  random => same(`${real(random)} ${random.pick(ORDERINGS)} ${random.pick([real, whole])(random)}`),
  random => same(`${sum(random, 2)} ${random.pick(ORDERINGS)} ${sum(random, 2)}`),
  random => same(`${realSum(random)} ${random.pick(ORDERINGS)} ${random.pick(REALS)}`),
  random => same(`${not(random)} ${random.pick([whole, real])(random)}`),
  random =>
    same(
      random.pick([
        'TRUE',
        'FALSE',
        'NULL',
        '1',
        '0',
        '1 = 1',
        "'a' = 'b'",
        'NULL IS NULL',
        '2 > 1 + 1',
        '7 / 2 = 3',
        '-7 / 2 = -3',
        '-7 % 3 = -1',
        '1 / 0 IS NULL',
      ]),
    ),
  random => relative(random),
];

function not(random: Random): string {
  return random.chance(0.3) ? ' NOT' : '';
}
function whole(random: Random): string {
  return random.pick(['i', 'j', 'k', 'rare']);
}
function small(random: Random): string {
  return random.pick(['j', 'k', 'rare']);
}
function real(random: Random): string {
  return random.pick(['r', 's']);
}
function text(random: Random): string {
  return random.pick(['t', 'u', 'v', '"t"']);
}
function wholeConstant(random: Random): string {
  const value = random.pick(random.chance(0.1) ? BIG : SMALL);
  return random.pick([
    String(value),
    String(value),
    String(value),
    `${value}.5`,
    `${value}.0`,
    quoted(String(value)),
    "' 5'",
    "'05'",
    "'1e1'",
    'NULL',
    'TRUE',
    '3 - 1',
    '7/2',
  ]);
}
function realConstant(random: Random): string {
  return random.pick([
    String(random.pick(REALS)),
    String(random.pick(SMALL)),
    '1e-1',
    '.5',
    '2.',
    'NULL',
    "'0.5'",
    '7 / 2.0',
  ]);
}
function textConstant(random: Random): string {
  return random.chance(0.1) ? random.pick(['5', '-1', '10', 'NULL']) : quoted(random.pick(TEXTS));
}
function list(random: Random, constant: (random: Random) => string): string {
  return Array.from({ length: random.int(5) }, () => constant(random)).join(', ');
}

function likeText(random: Random): string {
  const part = (): string =>
    random.pick(['%', '%', '_', 'a', 'B', 'c', 'É', '\u{1f600}', '\\', '5', '\ud7ff', '%a', random.pick(TEXTS)]);
  const pattern = Array.from({ length: random.int(5) }, part).join('');
  const prefix = random.pick(TEXTS).replaceAll(/[%_]/g, '');
  if (random.chance(0.3)) return quoted(`${prefix}%`);
  if (random.chance(0.3))
    return `${quoted(`${pattern.replaceAll('\\', '')}${random.pick(['\\%', '\\_', '\\a', '\\\\', ''])}`)} ESCAPE '\\'`;
  return quoted(pattern);
}

function globText(random: Random): string {
  const part = (): string =>
    random.pick(['*', '?', 'a', 'B', 'b', 'é', '[ab]', '[^a]', '[a-c]', '[]a]', '[a-]', '[^]]', '\u{1f600}']);
  return quoted(Array.from({ length: random.int(5) }, part).join(''));
}

function sum(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.2)) return random.chance(0.6) ? small(random) : String(random.int(6));
  const operator = random.pick(['+', '-', '*', '+', '-', '/', '%']);
  const left = sum(random, depth - 1);
  const right = sum(random, depth - 1);
  return random.chance(0.15) ? `-(${left} ${operator} ${right})` : `(${left} ${operator} ${right})`;
}

function realSum(random: Random): string {
  const term = (): string => random.pick([real(random), small(random), '0.5', '2', '1.0']);
  return `(${term()} ${random.pick(['+', '-', '*', '/'])} ${real(random)})`;
}

const DURATIONS = [
  ['5m', 300_000],
  ['1m', 60_000],
  ['1ms', 1],
  ['0s', 0],
] as const;

function relative(random: Random): Spelt {
  const [duration, ms] = random.pick(DURATIONS);
  const operator = random.pick(ORDERINGS);
  return random.pick([
    { ours: `at ${operator} now() - ${duration}`, sqlite: `at ${operator} ${NOW} - ${ms}` },
    { ours: `now() - at ${operator} ${duration}`, sqlite: `${NOW} - at ${operator} ${ms}` },
    { ours: `at + j * 60000 ${operator} now()`, sqlite: `at + j * 60000 ${operator} ${NOW}` },
    { ours: `at BETWEEN now() - ${duration} AND now() + 1m`, sqlite: `at BETWEEN ${NOW} - ${ms} AND ${NOW} + 60000` },
  ]);
}
