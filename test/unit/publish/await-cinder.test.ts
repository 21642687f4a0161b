import { expect, it } from 'vitest';
import { PublishError } from '../../../src/foundation/errors.ts';
import { removeWhenPossible } from '../../../src/publish/cinder/await-cinder.ts';
import type { CinderApi } from '../../../src/publish/cinder/cinder-api.ts';

/** Answers each removal with the next of these. */
const cinderThat = (answers: readonly Error[]): CinderApi => {
  const left = [...answers];
  return { remove: async () => Promise.reject(left.shift()) } as unknown as CinderApi;
};
const clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };
const remove = (answers: readonly Error[]) =>
  removeWhenPossible(cinderThat(answers), 'volumes', 'v', { clock, limitMs: 60_000 });
const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
const refusal = (status: number) =>
  new PublishError('publish.service', `Cinder answered ${status}: bad.`, {
    details: { status, retry: true },
  });

it('tells why Cinder did not remove something when the time is over', async () => {
  await expect(remove([refusal(500), refusal(503), late])).rejects.toThrow('Cinder answered 503: bad.');
});

it('tells that there was no answer where there was none', async () => {
  await expect(remove([late])).rejects.toThrow('aborted due to timeout');
});
