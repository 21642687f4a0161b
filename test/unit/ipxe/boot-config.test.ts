import { expect, it } from 'vitest';
import { bootConfig } from '../../../src/ipxe/menu/boot-config.ts';
import { unheededSettings } from '../../../src/ipxe/menu/unheeded-settings.ts';
import { NETBOOT_SYSTEMS } from '../../../src/os/netboot-table.ts';

const config = (url: string, mirrors: Readonly<Record<string, string>> = {}): string =>
  bootConfig(NETBOOT_SYSTEMS, {
    url,
    title: 'Test',
    version: '1',
    defaultEntry: 'local',
    timeoutSeconds: 5,
    mirrors,
    scripts: { debian: 'http://s/p.cfg' },
    custom: [],
    templates: [],
    hosts: [],
    signed: false,
  });

it('names the settings in which an edited one says otherwise', () => {
  const coming = config('http://new.example/');
  const names = ['kiln_url', 'kiln_timeout', 'debian_script'];
  expect(unheededSettings(coming, config('http://old.example/'), names)).toEqual(['kiln_url']);
  expect(unheededSettings(coming, coming.replaceAll('\n', '\r\n'), names)).toEqual([]);
  const own = '#!ipxe\n# set kiln_timeout 5000\nset kiln_url http://new.example/\nset kiln_timeout 7000\n';
  expect(unheededSettings(coming, own, names)).toEqual(['kiln_timeout', 'debian_script']);
});

it('has the mirrors move with the menus unless they are named', () => {
  const text = config('http://boot.example/menus/', { debian: 'https://deb.example/debian/' });
  expect(text).toContain('set fedora_mirror ${kiln_url}mirror/fedora\n');
  expect(text).toContain('set debian_mirror https://deb.example/debian\n');
});

it("takes debian-installer's mirror to pieces, its protocol among them", () => {
  expect(config('http://boot.example/', { debian: 'https://deb.example/debian/' })).toMatch(
    /set debian_mirror_protocol https\n.*set debian_mirror_host deb\.example\n.*set debian_mirror_path \/debian\n/,
  );
  expect(config('http://boot.example/menus/')).toMatch(
    /set debian_mirror \$\{kiln_url\}mirror\/debian\n[\s\S]*set debian_mirror_protocol http\n.*\n.*_path \/menus\/mirror\/debian\n/,
  );
});

it.each([
  ['tftp://boot.example/x/', {}, '--mirror debian=URL'],
  ['file:///x/', {}, '--mirror debian=URL'],
  ['http://me:secret@boot.example/', {}, '--mirror debian=URL'],
  ['http://boot.example/', { debian: 'nfs://deb.example/debian' }, 'nfs://deb.example/debian'],
  ['http://boot.example/', { debian: 'http://me:secret@deb.example/debian' }, 'no user or password'],
] as const)(
  'refuses menus at %s with mirrors %j: debian-installer would not reach it',
  (url, mirrors, named) => {
    expect(() => config(url, mirrors)).toThrow(
      expect.objectContaining({ code: 'ipxe.bad-url', message: expect.stringContaining(named) }),
    );
    expect(() => config(url, mirrors)).not.toThrow(/secret/);
  },
);

it('takes any address for menus whose Debian comes from elsewhere, and ftp for that', () => {
  expect(config('tftp://boot.example/x/', { debian: 'ftp://deb.example/debian' })).toContain(
    'set debian_mirror_protocol ftp\n',
  );
});
