import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createPageAccess, isLoopback } from '../../../src/serve/page-access.ts';

const request = (url: string, headers: Record<string, string>): IncomingMessage =>
  // All that is looked at.
  ({ url, headers, headersDistinct: { host: [headers.host] } }) as unknown as IncomingMessage;

describe('the names a page answers to', () => {
  const kindOf = (listen: string, host: string): string => {
    const { admit, token } = createPageAccess(listen);
    return admit(request(`/?token=${token}`, { host })).kind;
  };

  test.each(['127.0.0.1:80', 'localhost', 'LOCALHOST:1', '[::1]:80'])('on loopback: %s', (host) => {
    expect(kindOf('127.0.0.1', host)).toBe('greeted');
  });

  test.each([
    '192.0.2.1',
    'evil.example',
    'localhost.evil.example',
    'localhost.',
    '',
    '[::2]',
    'a b',
    '127.0.0.1@evil',
  ])('not on loopback: "%s"', (host) => {
    expect(kindOf('127.0.0.1', host)).toBe('refused');
  });

  test.each(['192.0.2.1:80', '[2001:db8::1]:80', 'localhost', hostname()])('on the network: %s', (host) => {
    expect(kindOf('0.0.0.0', host)).toBe('greeted');
  });

  test('no name of others on the network', () => {
    expect(kindOf('0.0.0.0', 'evil.example')).toBe('refused');
  });
});

test('every page has its own token, path and cookie', () => {
  const [one, two] = [createPageAccess('127.0.0.1'), createPageAccess('127.0.0.1')];
  expect(one.token).not.toBe(two.token);
  expect(one.base).not.toBe(two.base);
  expect(one.cookie).not.toBe(two.cookie);
  const [cookie = ''] = one.cookie.split(';');
  const asked = request(one.base, { host: 'localhost', cookie: `a=b; ${cookie}` });
  expect(one.admit(asked).kind).toBe('inside');
  expect(two.admit(asked).kind).toBe('refused');
});

test('which addresses nobody else reaches', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '192.0.2.1', '127.example'].some(isLoopback)).toBe(false);
});
