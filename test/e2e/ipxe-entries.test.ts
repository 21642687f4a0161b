import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fileContent,
  firstOf,
  memoryContent,
  type ServedContent,
} from '../../src/http-server/served-content.ts';
import { type IpxeScene, ipxeScene } from '../support/ipxe-scene.ts';
import { speakingKernel } from '../support/kernel-images.ts';
import {
  generateMenus,
  installEntries,
  itemsOf,
  type MenuEntry,
  templateEntries,
} from '../support/menu-entries.ts';
import { buildTestInstaller } from '../support/test-installer.ts';

/** Every entry of the generated menus, chosen by settings in a real iPXE. One boot walks all of them. */
let scene: IpxeScene;

beforeAll(async () => {
  scene = await ipxeScene();
});
afterAll(() => scene.remove());

/** Too large for a network boot program, which iPXE on BIOS takes any other small file for, and runs. */
const WRONG_KERNEL = '<html>Not a kernel</html>'.padEnd(2 ** 20);

/** No kernel, but a script that ends badly: iPXE runs it, and afterwards shows the arguments it was given. */
const STAND_IN = '#!ipxe\nexit 1\n';

const standIns: ServedContent = ({ path }) => {
  if (!/^(mirror|own|tools)\//.test(path)) return undefined;
  return { kind: 'bytes', content: path.includes('/bullseye/') ? WRONG_KERNEL : STAND_IN };
};

/** A custom menu with an entry of each kind; `more` is a menu of its own. */
function customFolder(url: string): string {
  const folder = join(scene.folder, `custom-${new URL(url).port}`);
  mkdirSync(folder, { recursive: true });
  const entries = [
    `{key: rescue, kernel: ${url}own/vmlinuz, initrd: [${url}own/one, ${url}own/two], arguments: console=ttyS0 own=1}`,
    `{key: theirs, chain: ${url}own/their.ipxe}`,
    `{key: disc, sanboot: ${url}own/disc.iso}`,
    '{key: more, menu: more.yaml}',
  ];
  writeFileSync(join(folder, 'menu.yaml'), `entries:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
  writeFileSync(join(folder, 'more.yaml'), `entries:\n  - {key: deep, kernel: ${url}own/deep}\n`);
  return folder;
}

const custom = (key: string, fetches: readonly string[], words: readonly string[] = []): MenuEntry => ({
  name: `custom/${key}`,
  settings: { kiln_os: 'custom', kiln_entry: key },
  fetches,
  words,
});

const CUSTOM: readonly MenuEntry[] = [
  custom(
    'rescue',
    ['own/vmlinuz', 'own/one', 'own/two'],
    ['initrd=one', 'initrd=two', 'console=ttyS0', 'own=1'],
  ),
  custom('theirs', ['own/their.ipxe']),
  custom('disc', ['own/disc.iso']),
];

const TOOLS: readonly MenuEntry[] = [
  {
    name: 'memtest',
    settings: { kiln_os: 'memtest', kiln_args: 'console=ttyS0' },
    fetches: ['tools/memtest64.bin'],
    words: ['console=ttyS0'],
  },
  {
    name: 'netinfo',
    settings: { kiln_os: 'netinfo' },
    fetches: [],
    words: ['mac 52:54:00', 'router 10.0.2.2'],
  },
  { name: 'local', settings: { kiln_os: 'local' }, fetches: [], words: ['KILN-IPXE local boot'] },
  // Last: the machine restarts.
  { name: 'reboot', settings: { kiln_os: 'reboot' }, fetches: [], words: [] },
];

const CHOICES = ['kiln_os', 'kiln_release', 'kiln_variant', 'kiln_script', 'kiln_entry', 'kiln_args'];

const choose = ({ settings }: MenuEntry): readonly string[] => [
  ...CHOICES.map((choice) => `clear ${choice}`),
  ...Object.entries(settings).map(([choice, value]) => `set ${choice} ${value}`),
  'chain --autofree menu.ipxe ||',
];

/** Shows what is left of the chosen entry, and forgets it. */
const stop = (entry: MenuEntry): readonly string[] => [
  `echo TOUR ${entry.name}`,
  ...choose(entry),
  'imgstat ||',
  'imgfree',
];

/** SeaBIOS, which copies the screen to the serial port, breaks lines at the screen's edge and may print the character there twice. */
const printed = (words: string): RegExp =>
  new RegExp([...words].map((character) => `${character.replace(/\W/, '\\$&')}{1,2}`).join(''));

describe.concurrent('every generated entry', () => {
  it('asks for its files and passes its arguments, after a missing and a dead address were passed over', async () => {
    const files = new Map<string, string>();
    const server = await scene.serve(firstOf(memoryContent(files), standIns));
    const url = server.guestUrl;
    const menus = await generateMenus(url, { customFolder: customFolder(url) });
    for (const { path, text } of menus) files.set(path, text);
    const templates = templateEntries(menus, url);
    const entries = [...installEntries(url), ...templates, ...CUSTOM, ...TOOLS];
    expect(templates.length).toBeGreaterThan(0);
    // Nothing stands in the menus that is not walked; nobody can leave the shell but by its console.
    const chosen = new Set(entries.map(({ settings }) => settings.kiln_os));
    expect(itemsOf(menus, 'menu.ipxe').filter((key) => !chosen.has(key))).toEqual(['shell']);
    // A menu is walked by hand: test/unit/ipxe/menu-choices.test.ts.
    expect(itemsOf(menus, 'custom.ipxe')).toEqual(['rescue', 'theirs', 'disc', 'more', 'back']);

    files.set('tour.ipxe', ['#!ipxe', ...entries.flatMap(stop), 'echo TOUR end', ''].join('\n'));
    const chain = [`${url}missing.ipxe`, 'http://10.0.2.2:9/dead.ipxe', `${url}tour.ipxe`];
    const { text, ended } = await scene.boot({ chain }, /^TOUR end/);
    // The restart is the end of the machine; the tour does not come to its own.
    expect(ended).toBe('by-itself');
    const flat = text.replaceAll('\n', '');
    expect(flat).toMatch(printed('missing.ipxe failed: '));
    expect(flat).toMatch(printed('dead.ipxe failed: '));
    const parts = flat.split(printed('TOUR ')).slice(1);
    expect(parts).toHaveLength(entries.length);
    for (const [index, { name, fetches, words }] of entries.entries()) {
      const part = parts[index] ?? '';
      const wrong = fetches.some((path) => path.includes('/bullseye/'));
      const [kernel, ...others] = fetches;
      if (kernel !== undefined) expect(server.requests, name).toContain(`200 ${kernel}`);
      if (wrong) {
        expect(part, name).toMatch(printed('KILN-IPXE failed'));
        continue;
      }
      for (const path of others) expect(server.requests, name).toContain(`200 ${path}`);
      for (const word of words) expect(part, name).toMatch(printed(word));
    }
  });

  it('starts what it has fetched, with these arguments: every variant, the memory test, an own entry', async () => {
    const files = new Map<string, string>();
    const kernel = speakingKernel();
    const speaking: ServedContent = ({ path }) =>
      /^(mirror|own|tools)\//.test(path) ? { kind: 'bytes', content: kernel } : undefined;
    let entries: readonly MenuEntry[] = [];
    let next = 0;
    // Each start of the machine asks for its choice; behind the last the menus' own would come.
    const choice: ServedContent = ({ path }) => {
      if (path !== 'next.ipxe') return undefined;
      const entry = entries[next];
      next += 1;
      const lines = entry === undefined ? ['echo CHOICES end', 'sleep 600'] : [...choose(entry), 'reboot'];
      return { kind: 'bytes', content: ['#!ipxe', ...lines, ''].join('\n') };
    };
    const { guestUrl: url } = await scene.serve(firstOf(choice, memoryContent(files), speaking));
    const menus = await generateMenus(url, { customFolder: customFolder(url) });
    for (const { path, text } of menus) files.set(path, text);
    // Releases differ in their addresses alone, which the tour above has seen.
    const variants = new Map(
      installEntries(url).map((entry) => [`${entry.settings.kiln_os}/${entry.settings.kiln_variant}`, entry]),
    );
    entries = [...variants.values(), ...CUSTOM.slice(0, 1), ...TOOLS.slice(0, 1)];
    const { lines } = await scene.boot({ chain: [`${url}next.ipxe`] }, /^CHOICES end/, {
      restarts: true,
      deadlineMs: 900_000,
    });
    const said = lines.flatMap((line) => /KERNEL (.*)$/.exec(line)?.[1] ?? []);
    expect(said).toHaveLength(entries.length);
    for (const [index, { name, fetches, words }] of entries.entries()) {
      const commandLine = said[index] ?? '';
      expect(commandLine.startsWith('initrd '), name).toBe(fetches.length > 1);
      for (const word of words) expect(commandLine, name).toContain(word);
    }
  });

  it('boots a real kernel to its first line, chosen by settings of the ISO', async () => {
    const { kernel, initrd } = await buildTestInstaller();
    const files = new Map<string, string>();
    const place =
      'mirror/debian/dists/trixie/main/installer-amd64/current/images/netboot/debian-installer/amd64';
    const mirror = [fileContent(`${place}/linux`, kernel), fileContent(`${place}/initrd.gz`, initrd)];
    const { guestUrl } = await scene.serve(firstOf(memoryContent(files), ...mirror));
    for (const { path, text } of await generateMenus(guestUrl)) files.set(path, text);
    const settings = { kiln_os: 'debian', kiln_release: 'trixie', kiln_variant: 'text' };
    const chain = [`${guestUrl}menu.ipxe`];
    const { text } = await scene.boot({ chain, settings }, /Linux version|Command line:/, { memoryMiB: 512 });
    expect(text).toMatch(/Linux version \d/);
  });
});
