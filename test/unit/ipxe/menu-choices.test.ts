import { describe, expect, it } from 'vitest';
import { menuFiles } from '../../../src/ipxe/menu/menu-files.ts';
import type { MenuOptions } from '../../../src/ipxe/menu/menu-options.ts';
import { NETBOOT_SYSTEMS } from '../../../src/os/netboot-table.ts';
import { type Walk, type Walked, walkMenus } from '../../support/walk-menus.ts';

/** What was chosen earlier, by hand or beforehand, counts for nothing that is chosen next. */
const THEIRS = 'http://other.example/menu.ipxe';
const OPTIONS: MenuOptions = {
  url: 'http://boot.example/',
  title: 'Test',
  version: '1',
  defaultEntry: 'local',
  timeoutSeconds: 5,
  mirrors: {},
  scripts: {},
  custom: [
    {
      source: 'lab/menu.yaml',
      name: 'custom',
      title: 'Lab',
      entries: [
        { key: 'theirs', title: 'Theirs', action: { kind: 'chain', url: THEIRS } },
        { key: 'more', title: 'More', action: { kind: 'menu', name: 'custom-more' } },
        {
          key: 'rescue',
          title: 'Rescue',
          action: {
            kind: 'linux',
            kernel: 'http://x/vmlinuz',
            initrds: ['http://x/1/initrd', 'http://x/2/initrd?a=/b', 'http://x/vmlinuz'],
            arguments: ['quiet'],
          },
        },
      ],
    },
    {
      source: 'lab/more.yaml',
      name: 'custom-more',
      title: 'More',
      entries: [{ key: 'deep', title: 'Deep', action: { kind: 'chain', url: THEIRS } }],
    },
  ],
  templates: [
    {
      key: 'debian-13',
      title: 'Debian 13',
      action: {
        kind: 'install',
        system: 'debian',
        release: 'trixie',
        script: '${kiln_url}scripts/debian-13.preseed',
      },
    },
  ],
  hosts: [],
  signed: false,
};

const FILES = menuFiles(NETBOOT_SYSTEMS, OPTIONS);
const walk = (one: Walk): Walked => walkMenus(FILES, one);
const kernels = ({ fetched }: Walked): readonly string[] =>
  fetched.filter((line) => line.startsWith('kernel '));

describe('somebody at the menus', () => {
  it.each(['back', 'Escape'])('is asked for the release again after leaving the variants by %s', (leave) => {
    const away = leave === 'back' ? ['back', 'back'] : ['Escape', 'Escape'];
    const { asked, fetched, end } = walk({
      choices: ['debian', 'trixie', ...away, 'fedora', '43', 'graphical'],
      kernels: /43\/Server/,
    });
    expect(asked.slice(-3)).toEqual(['menu.ipxe: fedora', 'fedora.ipxe: 43', 'fedora.ipxe: graphical']);
    expect(fetched.join('\n')).not.toContain('trixie');
    expect(end).toBe('started');
  });

  it('gives no other system the script of an unattended install that failed', () => {
    const failed = ['debian-13', 'back'];
    const { asked, settings, fetched } = walk({ choices: [...failed, 'fedora', '43', 'text'] });
    expect(fetched.join('\n')).toContain('url=http://boot.example/scripts/debian-13.preseed');
    expect(asked.slice(0, 5)).toEqual([
      'menu.ipxe: debian-13',
      'debian.ipxe: back',
      'menu.ipxe: fedora',
      'fedora.ipxe: 43',
      'fedora.ipxe: text',
    ]);
    expect(settings.get('kiln_script')).toBeUndefined();
  });

  it('nor another release of the same', () => {
    const { settings } = walk({ choices: ['debian-13', 'bookworm', 'text'] });
    expect([settings.get('kiln_release'), settings.get('kiln_script')]).toEqual([undefined, undefined]);
  });

  it('gets the menu back where the choices made beforehand leave something to ask', () => {
    const { asked, end } = walk({
      settings: { kiln_os: 'debian' },
      choices: ['trixie', 'text', 'back', 'local'],
    });
    expect(asked).toEqual([
      'debian.ipxe: trixie',
      'debian.ipxe: text',
      'debian.ipxe: back',
      'menu.ipxe: local',
    ]);
    expect(end).toBe('well');
  });
});

describe('a choice made beforehand', () => {
  it('is taken once: their menu ends, and ours waits for somebody', () => {
    const settings = { kiln_os: 'custom', kiln_entry: 'theirs' };
    const { asked, fetched, end } = walk({ settings, others: { [THEIRS]: '#!ipxe\nexit 0\n' } });
    expect(fetched.filter((line) => line === `chain ${THEIRS}`)).toHaveLength(1);
    expect([asked, end]).toEqual([['menu.ipxe: -'], 'well']);
  });

  it('ends badly where their menu does, and the loader finds it as it was', () => {
    const preset = { kiln_os: 'custom', kiln_entry: 'theirs' };
    const { asked, end, settings } = walk({ settings: preset, others: { [THEIRS]: '#!ipxe\nexit 1\n' } });
    expect([asked, end]).toEqual([[], 'badly']);
    expect(Object.fromEntries(settings)).toMatchObject(preset);
  });

  it('can be a menu', () => {
    const { asked, end } = walk({
      settings: { kiln_os: 'custom', kiln_entry: 'more' },
      choices: ['deep', 'back', 'back', 'local'],
      others: { [THEIRS]: '#!ipxe\n' },
    });
    expect(asked).toEqual([
      'custom-more.ipxe: deep',
      'custom-more.ipxe: back',
      'custom.ipxe: back',
      'menu.ipxe: local',
    ]);
    expect(end).toBe('well');
  });

  it('installs without a question', () => {
    const settings = {
      kiln_os: 'debian',
      kiln_release: 'trixie',
      kiln_variant: 'auto',
      kiln_script: 'http://s/',
    };
    const walked = walk({ settings, kernels: /./ });
    expect([walked.asked, walked.end]).toEqual([[], 'started']);
    expect(kernels(walked)[0]).toContain('url=http://s/');
    expect(walk({ settings })).toMatchObject({ asked: [], end: 'badly' });
  });
});

it('names images apart that have the same name on the server', () => {
  const { fetched } = walk({ settings: { kiln_os: 'custom', kiln_entry: 'rescue' }, kernels: /./ });
  expect(fetched.slice(-4)).toEqual([
    'kernel http://x/vmlinuz initrd=initrd initrd=initrd-2 initrd=vmlinuz-2 quiet',
    'initrd --name initrd http://x/1/initrd',
    'initrd --name initrd-2 http://x/2/initrd?a=/b',
    'initrd --name vmlinuz-2 http://x/vmlinuz',
  ]);
});

it('does not run a verified menu again, unverified, after it was left', () => {
  const files = menuFiles(NETBOOT_SYSTEMS, { ...OPTIONS, signed: true });
  const menu = files.find(({ path }) => path === 'menu.ipxe')?.text ?? '';
  expect(menu).toContain('chain --autofree debian || goto failed\ngoto again\n:unverified_debian\n');
  const custom = files.find(({ path }) => path === 'custom.ipxe')?.text ?? '';
  expect(custom).toContain('imgverify more custom-more.ipxe.sig || goto failed\n');
});

it('names the file of a menu that is too large, and what to do', () => {
  const action = { kind: 'chain', url: THEIRS } as const;
  const entries = [...Array(10_000).keys()].map((one) => ({ key: `e${one}`, title: 'x', action }));
  const custom = [{ source: 'lab/menu.yaml', name: 'custom', title: 'Lab', entries }];
  expect(() => menuFiles(NETBOOT_SYSTEMS, { ...OPTIONS, custom })).toThrow(
    expect.objectContaining({
      code: 'ipxe.script-too-large',
      message: expect.stringMatching(/^lab\/menu\.yaml .* KiB.* "menu"/),
    }),
  );
});
