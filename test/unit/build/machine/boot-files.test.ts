import { expect, test } from 'vitest';
import { installArguments } from '../../../../src/build/machine/boot-files.ts';
import type { ResolvedLocation } from '../../../../src/media/install-media.ts';

const script = { path: '/s.ks', kind: 'kickstart', inject: 'initrd', installName: 'ks.cfg' } as const;

test('an emulated kernel with a script is told to leave out its timer test, once', () => {
  const told = (isEmulated: boolean, ...extra: string[]) =>
    installArguments(undefined, script, extra, isEmulated).filter((word) => word === 'no_timer_check').length;
  expect(told(true)).toBe(1);
  expect(told(false)).toBe(0);
  // The user's own words come after these.
  expect(told(true, 'quiet no_timer_check')).toBe(0);
  expect(installArguments(undefined, undefined, [], true)).toEqual([]);
});

test("so is one of --location without a script, but for YaST's, which would hand it on", () => {
  const told = (family: string, isEmulated: boolean, ...extra: string[]) =>
    installArguments({ facts: { family } } as ResolvedLocation, undefined, extra, isEmulated);
  expect(told('debian-installer', true)).toEqual(['no_timer_check', 'norandmaps']);
  expect(told('anaconda', true, 'no_timer_check norandmaps quiet')).toEqual([]);
  expect(told('anaconda', false)).toEqual([]);
  expect(told('autoyast', true)).toEqual([]);
});
