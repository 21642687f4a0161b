import { join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { printable } from '../../foundation/printable.ts';
import { requireGoodScript } from './menu-files.ts';
import type { MenuFile } from './menu-options.ts';
import { namesIn, textIn } from './users-folder.ts';

const HOST_SCRIPT = /^(MAC-[0-9a-f]{12}|HOSTNAME-[A-Za-z0-9.-]+)\.ipxe$/;

/**
 * Scripts of single machines, from the user's folder (docs/ipxe.md).
 * @throws SpecError `ipxe.bad-menu`, `ipxe.bad-script`
 */
export async function readHostScripts(folder: string): Promise<readonly MenuFile[]> {
  const names = await namesIn(folder, 'scripts of single machines', (why, cause) => bad(folder, why, cause));
  return Promise.all(names.map((name) => readHostScript(folder, name)));
}

async function readHostScript(folder: string, name: string): Promise<MenuFile> {
  const path = join(folder, name);
  if (!HOST_SCRIPT.test(name))
    throw bad(
      path,
      'is named after no machine; name it MAC-525400123456.ipxe or HOSTNAME-web1.ipxe: MAC and HOSTNAME in capitals, the address in lower case and without colons',
    );
  const text = await textIn(folder, name, (why, cause) => bad(path, why, cause));
  requireGoodScript(path, text);
  return { path: `hosts/${name}`, text };
}

function bad(path: string, problem: string, cause?: unknown): SpecError {
  return new SpecError('ipxe.bad-menu', `${printable(path, Number.POSITIVE_INFINITY)} ${problem}.`, {
    cause,
    details: { where: path },
  });
}
