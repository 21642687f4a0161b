import { expect, it } from 'vitest';
import { parseTarget } from '../../../src/http-server/request-target.ts';

it.each([
  ['/', '/', { kind: 'inside', path: '', query: undefined }],
  ['/a/b%20c.ipxe?mac=52:54&x', '/', { kind: 'inside', path: 'a/b c.ipxe', query: 'mac=52:54&x' }],
  ['/a//./b', '/', { kind: 'inside', path: 'a/b', query: undefined }],
  ['http://host:80/a', '/', { kind: 'inside', path: 'a', query: undefined }],
  ['/t0ken/a', '/t0ken/', { kind: 'inside', path: 'a', query: undefined }],
  ['/a', '/t0ken/', { kind: 'outside' }],
  ['/t0ken', '/t0ken/', { kind: 'outside' }],
  ['/../etc/passwd', '/', { kind: 'bad' }],
  ['/a/..%2f..%2fetc', '/', { kind: 'bad' }],
  ['/%2e%2e/etc', '/', { kind: 'bad' }],
  ['/a%5c..%5cb', '/', { kind: 'bad' }],
  ['/a%00', '/', { kind: 'bad' }],
  ['/%zz', '/', { kind: 'bad' }],
  ['*', '/', { kind: 'bad' }],
])('%s below %s', (target, base, expected) => {
  expect(parseTarget(target, base)).toEqual(expected);
});
