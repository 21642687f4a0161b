import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../src/foundation/errors.ts';
import { detectKind, kindOf } from '../../../src/install-script/detect-kind.ts';
import { decodeScript } from '../../../src/install-script/read-script.ts';
import { scriptHints } from '../../../src/install-script/script-hints.ts';

const SCRIPTS = new URL('../../../install_scripts/', import.meta.url);

describe('detectKind', () => {
  it.each([
    ['preseed', 'd-i debian-installer/locale string en_US\n'],
    ['preseed', '# head\npopularity-contest popularity-contest/participate boolean false\n'],
    ['preseed', 'd-i preseed/late_command string poweroff; \\\n reboot\n'],
    ['kickstart', 'text\nlang en_US.UTF-8\n%packages\n@core\n%end\n'],
    ['kickstart', 'lang C\nrootpw x\npreseed netcfg/get_domain string local\n'],
    ['kickstart', 'lang C\ntext\n%post\ncat > x <<E\nd-i a/b string c\nE\n%end\n'],
    ['autoinstall', '#cloud-config\nautoinstall:\n  version: 1\n'],
    ['autoinstall', 'version: 1\nidentity:\n  hostname: x\n'],
    [
      'autoyast',
      '<?xml version="1.0"?>\n<!DOCTYPE profile>\n<profile xmlns="http://www.suse.com/1.0/yast2ns">\n</profile>\n',
    ],
    ['user-script', '#!/bin/sh\nreboot\ntext\n'],
    ['user-script', '#!/bin/sh\ncat > x <<E\nd-i a/b string c\nautoinstall:\nE\n'],
  ] as const)('recognises %s by its grammar', (kind, text) => {
    expect(detectKind(text)).toBe(kind);
  });

  it.each([
    '',
    'hello\n',
    '\n#!/bin/sh\nreboot\n',
    '<html></html>',
    '{"a": 1}',
    'memory: 1GiB\nvcpus: 2\n',
    '# d-i a/b string c\n',
    'FROM debian\nRUN reboot\n',
  ])('does not take %j for an install script', (text) => {
    expect(kindOf(text)).toBeUndefined();
    expect(() => detectKind(text)).toThrowError(expect.objectContaining({ code: 'script.unknown-kind' }));
  });

  it.each([
    ['preseed/debian-13.preseed', 'preseed'],
    ['preseed/kiln-test.preseed', 'preseed'],
    ['kickstart/kiln-test.ks', 'kickstart'],
  ])('recognises install_scripts/%s', async (name, kind) => {
    expect(kindOf(await readFile(fileURLToPath(new URL(name, SCRIPTS)), 'utf8'))).toBe(kind);
  });
});

describe('decodeScript', () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  it.each([
    ['script.empty', utf8('')],
    ['script.empty', utf8(' \n\t\n')],
    ['script.encoding', new Uint8Array([0xff, 0xfe, 0x61, 0])],
    ['script.encoding', new Uint8Array([0x61, 0, 0x62, 0])],
    ['script.encoding', new Uint8Array([0xef, 0xbb, 0xbf, 0x61])],
    ['script.encoding', new Uint8Array([0x61, 0x0a, 0xe9, 0x0a])],
    ['script.encoding', utf8('lang C\r\ntext\r\n')],
  ])('refuses with %s', (code, content) => {
    expect(() => decodeScript(content, 'a.ks')).toThrowError(expect.objectContaining({ code }));
  });

  it('names the line', () => {
    expect(() => decodeScript(new Uint8Array([0x61, 0x0a, 0xe9, 0x0a]), 'a.ks')).toThrow('a.ks:2');
    expect(() => decodeScript(utf8('a\nb\r\n'), 'a.ks')).toThrow(SpecError);
    expect(() => decodeScript(utf8('a\nb\r\n'), 'a.ks')).toThrow('a.ks:2');
  });
});

describe('scriptHints', () => {
  it('reads a directive at the head only', () => {
    expect(scriptHints('# x\n\n# kiln: os=debian13 cdrom=/a.iso\nlang C\n', 'kickstart').directive).toEqual({
      os: 'debian13',
      cdrom: '/a.iso',
    });
    expect(scriptHints('lang C\n# kiln: os=debian13\n', 'kickstart').directive).toEqual({});
  });

  it.each([
    ['url --url=http://a.example/x', 'http://a.example/x'],
    ['url --url "http://a.example/x"', 'http://a.example/x'],
    ['cdrom', undefined],
    ['# url --url=http://a.example/x', undefined],
  ])('reads the tree of %j', (line, tree) => {
    expect(scriptHints(`${line}\ntext\n`, 'kickstart').tree).toBe(tree);
  });

  it('reads a mirror and #ubuntu_baseurl=', () => {
    const mirror =
      'd-i mirror/protocol string https\nd-i mirror/https/hostname string m.example\nd-i mirror/suite string trixie\n';
    expect(scriptHints(mirror, 'preseed')).toMatchObject({
      suite: 'trixie',
      tree: 'https://m.example/debian/dists/trixie/main/installer-amd64/',
    });
    expect(scriptHints('#ubuntu_baseurl=http://u.example/\nd-i a/b string c\n', 'preseed').tree).toBe(
      'http://u.example/',
    );
  });
});
