import { SpecError } from '../../foundation/errors.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import { printable } from '../../foundation/printable.ts';
import type { NetbootSystem } from '../../os/netboot-table.ts';
import { badScript } from '../bad-script.ts';
import { checkScript } from '../check-script.ts';
import { bootConfig } from './boot-config.ts';
import { customMenu } from './custom-menu.ts';
import { mainMenu, TOOL_ENTRIES } from './main-menu.ts';
import type { MenuFile, MenuOptions } from './menu-options.ts';
import { systemMenu } from './system-menu.ts';

/**
 * All scripts of the menus, by their path below the menus' address.
 * @throws SpecError `ipxe.unknown-entry`, `ipxe.bad-menu`, `ipxe.script-too-large`, `ipxe.bad-script` (a fault of ours, found before anybody boots it)
 */
export function menuFiles(systems: readonly NetbootSystem[], options: MenuOptions): readonly MenuFile[] {
  checkEntries(systems, options);
  const files = [
    { path: 'menu.ipxe', text: mainMenu(systems, options) },
    { path: 'boot.cfg', text: bootConfig(systems, options) },
    ...systems.map((system) => ({ path: `${system.id}.ipxe`, text: systemMenu(system, options) })),
    ...options.custom.map((menu) => ({ path: `${menu.name}.ipxe`, text: customMenu(menu, options) })),
    { path: 'version.ipxe', text: `#!ipxe\nset kiln_menus_version ${options.version}\n` },
  ];
  for (const { path, text } of files) requireGoodScript(path, text);
  return files;
}

/** @throws SpecError `ipxe.bad-script` */
export function requireGoodScript(name: string, text: string): void {
  const findings = checkScript(text);
  if (findings.length > 0) throw badScript(name, findings);
}

function checkEntries(systems: readonly NetbootSystem[], options: MenuOptions): void {
  const { templates, custom, defaultEntry, mirrors, scripts } = options;
  const ids = systems.map(({ id }) => id);
  const entries = [...ids, ...templates.map(({ key }) => key), ...TOOL_ENTRIES.map(([key]) => key)];
  const all = custom.length === 0 ? entries : [...entries, 'custom'];
  const twice = all.find((key, index) => all.indexOf(key) < index);
  if (twice !== undefined)
    throw new SpecError(
      'ipxe.bad-menu',
      `Two entries of the main menu have the key "${twice}"; rename one.`,
      { details: { key: twice } },
    );
  if (!all.includes(defaultEntry)) throw unknownEntry('The default entry', defaultEntry, all);
  for (const id of [...Object.keys(mirrors), ...Object.keys(scripts)])
    if (!ids.includes(id)) throw unknownEntry('The distribution of a mirror or script', id, ids);
}

function unknownEntry(what: string, word: string, known: readonly string[]): SpecError {
  return new SpecError(
    'ipxe.unknown-entry',
    `${what} "${printable(word)}" is not in the menus.${suggestion(word, known)} There are: ${known.join(', ')}.`,
    { details: { entry: word, known } },
  );
}
