// @vitest-environment jsdom
import '../../support/browser-stubs.ts';
import {
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  dateTime,
  LoadingState,
} from '@grafana/data';
import { type Observable, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runRequest } from '../../../preview/services/run-request.ts';

const from = dateTime(0);
const to = dateTime(3_600_000);
const request = {
  requestId: 'Q1',
  targets: [{ refId: 'A' }],
  range: { from, to, raw: { from: 'now-1h', to: 'now' } },
} as unknown as DataQueryRequest;

function run(answers: Observable<DataQueryResponse>) {
  const states: string[] = [];
  const seen: number[] = [];
  const source = { query: () => answers } as unknown as DataSourceApi;
  const subscription = runRequest(source, request).subscribe(data => {
    states.push(data.state);
    seen.push(data.series.length);
  });
  return { states, seen, subscription };
}

describe('runRequest', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('does not say Loading when the answer is quick', () => {
    const answers = new Subject<DataQueryResponse>();
    const { states } = run(answers);
    answers.next({ data: [], state: LoadingState.Done });
    vi.advanceTimersByTime(1000);
    expect(states).toEqual([LoadingState.Done]);
  });

  it('says Loading once when the answer takes its time', () => {
    const answers = new Subject<DataQueryResponse>();
    const { states } = run(answers);
    vi.advanceTimersByTime(1000);
    answers.next({ data: [], state: LoadingState.Streaming });
    expect(states).toEqual([LoadingState.Loading, LoadingState.Streaming]);
  });

  it('replaces a packet by the next of its key, and shows all keys together', () => {
    const answers = new Subject<DataQueryResponse>();
    const { seen } = run(answers);
    const frame = { fields: [], length: 0 };
    answers.next({ key: 'a', data: [frame], state: LoadingState.Streaming });
    answers.next({ key: 'b', data: [frame], state: LoadingState.Streaming });
    answers.next({ key: 'a', data: [frame, frame], state: LoadingState.Streaming });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('keeps what it has when the source fails, and tells the error', () => {
    const answers = new Subject<DataQueryResponse>();
    const { states, seen } = run(answers);
    answers.next({ data: [{ fields: [], length: 0 }], state: LoadingState.Streaming });
    answers.error(new Error('gone'));
    expect(states).toEqual([LoadingState.Streaming, LoadingState.Error]);
    expect(seen).toEqual([1, 1]);
  });

  it('tears the source down with its last subscriber', () => {
    const answers = new Subject<DataQueryResponse>();
    const { subscription } = run(answers);
    subscription.unsubscribe();
    expect(answers.observed).toBe(false);
  });
});
