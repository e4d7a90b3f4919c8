import { expect, it } from 'vitest';
import type { OutputBatch, Span } from '../../../backend/notifier/link.ts';
import { Outbox } from '../../../backend/notifier/outbox.ts';
import { Random } from '../../support/random.ts';

function read({ texts }: OutputBatch, { from, to }: Span): string {
  return Buffer.from(texts.subarray(from, to)).toString();
}

it('gives every batch its own texts, however large it and those around it are', () => {
  const random = new Random(1);
  const outbox = new Outbox();
  const given: { readonly batch: OutputBatch; readonly spans: readonly Span[]; readonly texts: readonly string[] }[] =
    [];
  for (let i = 0; i < 40; i++) {
    const texts = Array.from({ length: 1 + random.int(20) }, () =>
      random.pick(['plain ', 'zoë ', '東京 ', '🚨 ']).repeat(random.pick([1, 50, 4000])),
    );
    const spans = outbox.texts(texts);
    outbox.push({ type: 'send', session: i, spans });
    given.push({ batch: outbox.take()!, spans, texts });
  }
  for (const { batch, spans, texts } of given) expect(spans.map(span => read(batch, span))).toEqual(texts);
  expect(outbox.take()).toBeUndefined();
});
