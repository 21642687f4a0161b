import { describe, expect, it, test } from 'vitest';
import {
  joinUrl,
  publicFrom,
  publicText,
  publicUrl,
  urlSecrets,
} from '../../../src/foundation/public-url.ts';

describe('publicUrl and joinUrl', () => {
  it('keeps credentials and tokens to itself', () => {
    expect(publicUrl('https://me:secret@host/a.iso?token=secret#x')).toBe('https://host/a.iso');
  });

  it.each([
    ['https://me:secret@host/a.iso?token=s', 'https://host/a.iso'],
    ['/isos/a?b.iso', '/isos/a?b.iso'],
    ['apt-mirror:trixie', 'apt-mirror:trixie'],
  ])('names the media %s in public', (from, shown) => {
    expect(publicFrom(from)).toBe(shown);
  });

  it('goes below a base with or without a slash and keeps its token', () => {
    expect(joinUrl('http://host/tree', '.treeinfo')).toBe('http://host/tree/.treeinfo');
    expect(joinUrl('http://host/tree/?t=1', 'a b/c')).toBe('http://host/tree/a%20b/c?t=1');
  });
});

test.each([
  ['http://me:hush@host/debian', 'http://host/debian'],
  ['https://hush@host:8443/?token=hush', 'https://host:8443/'],
  ['socks5://me:hush@host:1080', 'socks5://host:1080'],
  ['install=hd:///?device=sda1', 'install=hd:///?device=sda1'],
  ['http://me:hu/sh@host/debian', 'http://host/debian'],
  ['quiet mirror/http/proxy=http://me:hush@host:3128 ---', 'quiet mirror/http/proxy=http://host:3128/ ---'],
  ['http://me:hush@a/x,http://me:hush@b/y', 'http://a/x,http://b/y'],
  ['from http://me:hush@a, not from http://me:hush@b.', 'from http://a/, not from http://b/.'],
  ['<cmdline>a=http://me:hush@a/?x=1&amp;y=2 b</cmdline>', '<cmdline>a=http://a/ b</cmdline>'],
  ['url=http://10.0.2.2:<port>/<secret>/ks.cfg', 'url=http://10.0.2.2:<port>/<secret>/ks.cfg'],
  ['http://host:3128', 'http://host:3128'],
  ['ssh-ed25519 AAAA me@desk', 'ssh-ed25519 AAAA me@desk'],
  ['http://[', 'http://['],
])('%s is shown as %s', (text, shown) => {
  expect(publicText(text)).toBe(shown);
});

test('what is secret in URLs is known as it is written and as servers get it', () => {
  expect(urlSecrets('a=http://me:hu%40sh@host/ b=https://t0ken@host http://host/ http://[')).toEqual([
    'hu%40sh',
    'hu@sh',
    't0ken',
  ]);
});
