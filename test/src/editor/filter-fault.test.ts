// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to Grafana’s variables
import { describe, expect, it } from 'vitest';
import { filterFault } from '../../../src/editor/filter-fault.ts';
import { EVENTS, VOCABULARY } from './ground.ts';

function faultOf(text: string, fill = (filter: string) => filter) {
  const fault = filterFault(text, { table: EVENTS, filters: VOCABULARY.filters, fill });
  return fault && { message: fault.message, marked: text.slice(fault.start, fault.end), start: fault.start };
}

describe('the fault of a filter', () => {
  it.each(['', '  ', 'severity >= 4', "@p1 AND site = 'lon'", 'last_occurrence > now() - 5m -- lately'])(
    'there is none in %j',
    text => expect(faultOf(text)).toBeUndefined(),
  );

  it.each([
    ['sevrity >= 4', 'sevrity', 'unknown column "sevrity" at 0; did you mean "severity"?'],
    ['severity >= ', '', 'expected a value at 12, but the filter ends'],
    ["site = 'lon", "'lon", "the quotation that begins at 7 has no closing '"],
    ['severity = 5; DROP', ';', 'unexpected character ";" at 12'],
    ['severity = 5 site', 'site', 'expected AND, OR or the end at 13, but there is site'],
    ['@p2', '@p2', 'unknown named filter @p2 at 0; did you mean @p1?'],
    ["severity = 'bad'", "'bad'", undefined],
  ])('%j is marked at %j', (text, marked, message) => {
    expect(faultOf(text)).toMatchObject({ marked, ...(message !== undefined && { message }) });
  });

  it('counts in the text as it is written, though variables stand in it', () => {
    expect(faultOf('site = ${site} AND severity ==== 5')).toMatchObject({ start: 30, marked: '==' });
  });

  it('judges the values that variables have now, and marks what the words are about', () => {
    const fill = (filter: string) => filter.replace('$level', "'nonsense'");
    expect(faultOf('severity = $level', () => 'severity = 5')).toBeUndefined();
    expect(faultOf('sevrity = 5 AND site = $site', filter => filter.replace('$site', "'lon'"))).toMatchObject({
      marked: 'sevrity',
      message: 'unknown column "sevrity"; did you mean "severity"?',
    });
    expect(faultOf('severity = $level', fill)?.message).toContain('nonsense');
  });

  it('judges the grammar alone where the table is not known', () => {
    const ground = { table: undefined, filters: {}, fill: (text: string) => text };
    expect(filterFault('whatever = 1', ground)).toBeUndefined();
    expect(filterFault('whatever = ', ground)).toMatchObject({ start: 11, end: 11 });
  });
});
