import { expect, it } from 'vitest';
import { asKilnError } from '../../../src/foundation/system-error.ts';

const failed = (code: string): Error =>
  Object.assign(new Error(code), {
    code,
    syscall: 'copyfile',
    path: '/usr/lib/a.bin',
    dest: '/tmp/full/a.bin',
  });

it.each([
  ['ENOSPC', 'host.no-space', '/tmp/full/a.bin'],
  ['EROFS', 'host.no-permission', '/tmp/full/a.bin'],
  ['ENOENT', 'host.bad-path', '/usr/lib/a.bin'],
])('a copy that ends with %s names the place that is at fault', (errno, code, path) => {
  expect(asKilnError(failed(errno))).toMatchObject({
    code,
    message: expect.stringContaining(`${path} cannot be used (copyfile)`),
    details: { path },
  });
});
