import { describe, expect, test } from 'vitest';
import { HostError, MediaError, SpecError, specErrorOf } from '../../../src/foundation/errors.ts';
import { Refusals } from '../../../src/foundation/refusals.ts';

const refuse = (error: Error) => (): never => {
  throw error;
};
const MISSING = new MediaError('media.not-found', 'a.iso does not exist.');
const MEMORY = { where: '--memory', problem: 'is no amount' };

describe('what is refused', () => {
  test('is told together, whoever found it', async () => {
    const refusals = new Refusals([MEMORY]);
    expect(await refusals.noted('--cdrom', refuse(MISSING), 'else')).toBe('else');
    await refusals.noted('all', refuse(specErrorOf('X', [{ where: '--os', problem: 'is unknown' }])), 0);
    const error = refusals.errorWith('The line', [{ where: '--name', problem: 'has a space' }]);
    expect(error.code).toBe('spec.invalid');
    expect(error.details.problems).toEqual([
      MEMORY,
      { where: '--cdrom', problem: 'a.iso does not exist.' },
      { where: '--os', problem: 'is unknown' },
      { where: '--name', problem: 'has a space' },
    ]);
  });

  test('is told once, though two look', () => {
    const refusals = new Refusals();
    for (const where of ['--connect', 'libvirt']) {
      refusals.note(where, new HostError('host.libvirt-unreachable', 'nobody answers'));
    }
    expect(refusals.problems).toEqual([{ where: '--connect', problem: 'nobody answers' }]);
  });

  test('by one check alone keeps its own error', async () => {
    for (const only of [
      MISSING,
      specErrorOf('X', [MEMORY, MEMORY]),
      new SpecError('script.empty', 'is empty'),
    ]) {
      const refusals = new Refusals();
      await refusals.noted('--cdrom', refuse(only), undefined);
      expect(refusals.errorWith('The line')).toBe(only);
      expect(refusals.errorWith('The line', [MEMORY])).not.toBe(only);
    }
  });

  test('is about the request: other errors end it, answers go through', async () => {
    const refusals = new Refusals();
    await expect(refusals.noted('x', refuse(new HostError('host.x', 'no libvirt')), 0)).rejects.toThrow(
      'no libvirt',
    );
    expect(await refusals.noted('x', () => 5, 0)).toBe(5);
    expect(refusals.problems).toEqual([]);
  });
});

test('a refusal that names its place by itself does not name it twice', async () => {
  const refusals = new Refusals();
  for (const problem of ['is no size', '--disk x: is no bus'])
    await refusals.noted('--disk x', () => Promise.reject(new SpecError('options.invalid', problem)), 0);
  expect(refusals.problems).toEqual(
    ['is no size', 'is no bus'].map((problem) => ({ where: '--disk x', problem })),
  );
});

test('what two checks say alike of one option is told once', () => {
  const refusals = new Refusals();
  refusals.note(
    '--location',
    specErrorOf('X', [{ where: '--location', problem: '"https://" is not a URL' }]),
  );
  refusals.note('--location', new MediaError('media.not-found', '"https://" is not a URL.'));
  expect(refusals.problems).toEqual([{ where: '--location', problem: '"https://" is not a URL' }]);
});

test('problems that have a code of their own are told one by one as well', () => {
  const refusals = new Refusals([MEMORY]);
  const level = { where: '--cpu', problem: 'lacks sse3', code: 'spec.cpu-level' };
  refusals.note('The machine', specErrorOf('X', [level]));
  expect(refusals.problems).toEqual([MEMORY, level]);
});
