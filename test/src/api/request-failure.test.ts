import { describe, expect, it } from 'vitest';
import { requestFailure } from '../../../src/api/request-failure.ts';

const failureOf = (error: unknown) => {
  const { code, kind, message, position } = requestFailure(error);
  return { code, retry: kind.retry, message, position };
};

describe('a request that failed', () => {
  it('is what the notifier says of it', () => {
    const data = { error: { code: 'bad-filter', message: 'unknown column "sevrity"', position: 4 } };
    expect(failureOf({ status: 400, data })).toEqual({ retry: false, ...data.error });
  });

  it('is the same where it comes as text, and the status where that is no word of the notifier', () => {
    const error = { code: 'forbidden', message: 'the token is not the right one' };
    expect(failureOf({ status: 403, data: JSON.stringify({ error }) })).toMatchObject(error);
    expect(failureOf({ status: 403, statusText: 'Forbidden', data: '<html>' })).toMatchObject({
      code: 'forbidden',
      message: 'the notifier cannot be asked: 403 Forbidden',
    });
  });

  it.each([
    { status: 0, statusText: 'Failed to fetch' },
    new TypeError('Failed to fetch'),
    new TypeError('NetworkError when attempting to fetch resource.'),
    new TypeError('Load failed'),
  ])('is asked again where nobody answered: %s', error => {
    expect(failureOf(error)).toMatchObject({ retry: true, message: 'Grafana cannot be reached' });
  });

  it.each([502, 503, 504, 520])('is asked again where the proxy could not pass it on: %i', status => {
    expect(failureOf({ status, statusText: 'Bad Gateway', data: '<html>' })).toMatchObject({ retry: true });
  });

  it.each([400, 401, 403, 404, 413, 500])('is not asked again where it is refused: %i', status => {
    expect(failureOf({ status, statusText: 'No' })).toMatchObject({ retry: false });
  });

  it('is an inner error where the plugin itself went wrong', () => {
    expect(failureOf(new TypeError('x is not a function'))).toMatchObject({ code: 'internal' });
  });
});
