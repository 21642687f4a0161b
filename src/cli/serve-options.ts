import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { folderContent, type ServedContent, under } from '../http-server/served-content.ts';
import { invalidOption } from './invalid-option.ts';
import { requireOnce } from './ipxe-menu-request.ts';
import type { ServeOptionValues } from './ipxe-serve-command.ts';
import { safeLine } from './safe-text.ts';

/** What only menus heed that are generated now. */
const OF_GENERATED = [
  ['url', '--url'],
  ['title', '--title'],
  ['default', '--default'],
  ['timeout', '--timeout'],
  ['mirror', '--mirror'],
  ['scriptUrl', '--script-url'],
  ['custom', '--custom'],
  ['hosts', '--hosts'],
] as const satisfies readonly (readonly [keyof ServeOptionValues, string])[];

/** Of `NAME=FOLDER` or `NAME=URL`. */
const nameOf = (word: string): string => word.replace(/=.*$/s, '');

/** @throws SpecError `options.invalid` for options that nothing would heed */
export function requireHeeded(options: ServeOptionValues): void {
  requireOnce('--tree', (options.tree ?? []).map(nameOf));
  requireOneMirror(options);
  if (options.folder === undefined) {
    if (options.verifyCa === undefined) return;
    throw invalidOption('--verify-ca', 'verifies the menus of --folder; name that folder too');
  }
  const unheeded = OF_GENERATED.filter(([name]) => options[name] !== undefined).map(([, flag]) => flag);
  if (options.token)
    throw invalidOption(
      '--token',
      'makes another address at each start, and exported menus name their own; leave it out, or serve generated menus',
    );
  if (unheeded.length > 0)
    throw invalidOption(
      '--folder',
      `serves menus as they were exported; leave ${unheeded.join(', ')} out, or export the menus again with it`,
    );
}

/** A tree that is served stands in the menus as its distribution's mirror; another address would have it served for nobody. */
function requireOneMirror({ tree = [], mirror = [] }: ServeOptionValues): void {
  const trees = tree.map(nameOf);
  const both = mirror.map(nameOf).find((name) => trees.includes(name));
  if (both !== undefined)
    throw invalidOption(
      '--mirror',
      `names another place for ${safeLine(both)}, which --tree serves from here; leave one of the two out`,
    );
}

/** `NAME=FOLDER` of `--tree`. @throws SpecError `options.invalid` */
export async function treeContent(word: string, cwd: string): Promise<ServedContent> {
  const [, name, folder] = /^([a-z0-9-]+)=(.+)$/.exec(word) ?? [];
  if (name === undefined || folder === undefined)
    throw invalidOption('--tree', `takes NAME=FOLDER, not "${safeLine(word)}"`);
  const path = resolve(cwd, folder);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory())
    throw invalidOption(
      '--tree',
      `${name}: ${safeLine(path)} ${found === undefined ? 'does not exist' : 'is no folder'}`,
    );
  return under(`mirror/${name}`, folderContent(path));
}
