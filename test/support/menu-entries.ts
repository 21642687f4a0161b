import { join } from 'node:path';
import { type MenusRequest, makeMenus } from '../../src/build/make-menus.ts';
import type { MenuFile } from '../../src/ipxe/menu/menu-options.ts';
import { NETBOOT_SYSTEMS, type NetbootSystem, type NetbootVariant } from '../../src/os/netboot-table.ts';
import { PROJECT_DIR } from './build-sandbox.ts';
import { PROBE_CACHE } from './ipxe-scene.ts';

/** One entry of the generated menus, and what choosing it must lead to. */
export type MenuEntry = {
  readonly name: string;
  /** Choices made beforehand, so that nothing is asked. */
  readonly settings: Readonly<Record<string, string>>;
  /** Paths below the menus' address that are asked for, in this order; kernel first. */
  readonly fetches: readonly string[];
  /** Words of the kernel's command line. */
  readonly words: readonly string[];
};

/** Where `auto` entries are told their install script is. */
export const SCRIPT_URL = 'http://script.example/answers';

/** What `kiln ipxe menu export` writes. */
export function generateMenus(url: string, more: Partial<MenusRequest> = {}): Promise<readonly MenuFile[]> {
  const request: MenusRequest = {
    url,
    title: 'Test menus',
    version: '9.9',
    defaultEntry: 'local',
    timeoutSeconds: 2,
    mirrors: {},
    scripts: {},
    signed: false,
    ...more,
  };
  const places = { cache: PROBE_CACHE, state: PROBE_CACHE, runtime: PROBE_CACHE };
  return makeMenus(request, { cwd: PROJECT_DIR, env: {}, places, projectDir: PROJECT_DIR });
}

/** Every entry of every distribution: releases times variants. */
export function installEntries(url: string): readonly MenuEntry[] {
  return NETBOOT_SYSTEMS.flatMap((system) =>
    system.releases.flatMap(({ key }) =>
      system.variants.map((variant) => ({
        name: `${system.id}/${key}/${variant.key}`,
        settings: {
          kiln_os: system.id,
          kiln_release: key,
          kiln_variant: variant.key,
          kiln_script: SCRIPT_URL,
        },
        ...expectations(system, key, variant, url, SCRIPT_URL),
      })),
    ),
  );
}

/** The unattended installs of VM templates, as the exported files name them. */
export function templateEntries(files: readonly MenuFile[], url: string): readonly MenuEntry[] {
  const menu = textOf(files, 'menu.ipxe');
  return [
    ...menu.matchAll(
      /^:entry_(\S+)\nset kiln_release (\S+)\n.*\nset kiln_script \$\{kiln_url\}(\S+)\n[\s\S]*?chain --autofree (\S+)\.ipxe/gm,
    ),
  ].map(([, name = '', release = '', script = '', id = '']) => {
    const system = NETBOOT_SYSTEMS.find((one) => one.id === id);
    const variant = system?.variants.find(({ key }) => key === 'auto');
    if (system === undefined || variant === undefined) throw new Error(`${name} leads to no known ${id}`);
    if (!files.some(({ path }) => path === script || path === `${script}user-data`))
      throw new Error(`${name} names ${script}, which was not exported`);
    return {
      name,
      settings: { kiln_os: name },
      ...expectations(system, release, variant, url, url + script),
    };
  });
}

/** Everything that stands in a menu to be chosen, by file: `menu.ipxe` → `local`, `debian` … */
export function itemsOf(files: readonly MenuFile[], path: string): readonly string[] {
  return [...textOf(files, path).matchAll(/^item (?!--)(\S+)/gm)].map(([, key = '']) => key);
}

function textOf(files: readonly MenuFile[], path: string): string {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`no ${path} was generated`);
  return file.text;
}

function expectations(
  system: NetbootSystem,
  release: string,
  variant: NetbootVariant,
  url: string,
  script: string,
): Pick<MenuEntry, 'fetches' | 'words'> {
  const mirror = `mirror/${system.id}`;
  const fill = (text: string): string =>
    text
      .replaceAll('{release}', release)
      .replaceAll('{arch}', system.arches.x86_64)
      .replaceAll('{mirror}', `${url}${mirror}`)
      .replaceAll('{mirror_protocol}', 'http')
      .replaceAll('{mirror_host}', new URL(url).host)
      .replaceAll('{mirror_path}', `/${mirror}`)
      .replaceAll('{script}', script)
      .replaceAll('"', '');
  const files = [variant.kernel ?? system.kernel, variant.initrd ?? system.initrd];
  return {
    fetches: files.map((file) => join(mirror, fill(file))),
    words: [...system.arguments, ...variant.arguments].map(fill),
  };
}
