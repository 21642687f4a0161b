import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { readTextFile } from '../../foundation/read-regular-file.ts';
import { mebibytes } from '../../foundation/size.ts';

/** By which a folder of exported menus is known; sha256 of every file. Signed menus have a signature of it, too. */
export const MENUS_LIST = 'kiln-menus.json';

/** Of a file of the menus: scripts and install scripts are small. */
export const LARGEST_FILE = mebibytes(64);

export type MenusList = {
  /** sha256 by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Those among them that the user had edited, and that were kept. */
  readonly edited: readonly string[];
};

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function listText(
  files: ReadonlyMap<string, string | Uint8Array>,
  version: string,
  edited: readonly string[],
): string {
  const sums = [...files].map(([path, content]) => [path, sha256Of(content)] as const);
  const list = { version, ...(edited.length === 0 ? {} : { edited }), files: Object.fromEntries(sums) };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** @throws SpecError `ipxe.not-menus` */
export async function readMenusList(folder: string): Promise<MenusList> {
  const found = await stat(folder).catch(ifMissing(undefined));
  if (found === undefined) throw noMenus(folder, 'it does not exist');
  if (!found.isDirectory()) throw noMenus(folder, 'it is no folder');
  const text = await readTextFile(join(folder, MENUS_LIST), (why, cause) =>
    noMenus(folder, `${MENUS_LIST} ${why}`, cause),
  );
  return parseMenusList(folder, text);
}

/** @throws SpecError `ipxe.not-menus` when it is none of Kiln's, or names what lies elsewhere */
function parseMenusList(folder: string, text: string): MenusList {
  const refuse = (cause?: unknown): SpecError => noMenus(folder, `${MENUS_LIST} is none of Kiln's`, cause);
  try {
    const value = JSON.parse(text) as { readonly files?: unknown; readonly edited?: unknown } | null;
    const { files, edited = [] } = value ?? {};
    if (typeof files !== 'object' || files === null || Array.isArray(files)) throw refuse();
    const sums = Object.entries(files);
    if (!sums.every(isSum) || !Array.isArray(edited)) throw refuse();
    return { files: new Map(sums), edited: edited.map(String) };
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse(error);
    throw error;
  }
}

function isSum(entry: readonly [string, unknown]): entry is [string, string] {
  const [path, sum] = entry;
  const leadsOut = isAbsolute(path) || path.split('/').some((part) => ['', '.', '..'].includes(part));
  return !leadsOut && typeof sum === 'string' && /^[0-9a-f]{64}$/.test(sum);
}

function noMenus(folder: string, why: string, cause?: unknown): SpecError {
  return new SpecError(
    'ipxe.not-menus',
    `${folder} holds no exported menus: ${why}. Name a folder that \`kiln ipxe menu export\` has written.`,
    { cause, details: { folder } },
  );
}
