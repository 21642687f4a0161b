import { expect, it } from 'vitest';
import { isAtLeast } from '../../../src/host/examine-programs.ts';
import { parseQemuVersion } from '../../../src/host/qemu-version.ts';

it.each([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003', '7.2.22'],
  ['QEMU emulator version 10.0.2', '10.0.2'],
  ['something else', undefined],
])('reads %j', (text, version) => {
  expect(parseQemuVersion(text)).toBe(version);
});

it.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.1.0', true],
  ['20.9.0', false],
  ['18.20.8', false],
])('judges Node.js %s', (version, enough) => {
  expect(isAtLeast(version, '20.19.0')).toBe(enough);
});
