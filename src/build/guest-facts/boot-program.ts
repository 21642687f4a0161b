import { statSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { type SpecError, specErrorOf } from '../../foundation/errors.ts';
import type { BootProgram } from '../../virt-install/serve-boot-program.ts';
import { given, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';

/**
 * What `--tftp` offers: a file and all beside it, or a folder with the file that DHCP names.
 * @throws SpecError `spec.invalid`
 */
export function bootProgram(options: VirtInstallOptions, cwd: string): BootProgram | undefined {
  const use = usesOf(options, 'tftp').at(-1);
  if (use === undefined) return undefined;
  const path = given(use, 'path');
  if (path === undefined)
    throw refused(use.text, 'names no file; write --tftp FILE, or --tftp FOLDER,bootfile=FILE');
  const place = resolve(cwd, path);
  const kind = kindOf(place);
  if (kind === 'absent') throw refused(use.text, `there is no ${place}`);
  const named = given(use, 'bootfile');
  if (kind === 'file') {
    if (named !== undefined)
      throw refused(use.text, `bootfile= is for folders, and ${place} is the file itself`);
    return { folder: dirname(place), file: basename(place) };
  }
  if (named === undefined) throw refused(use.text, `is a folder; add bootfile=FILE, the boot program in it`);
  const file = resolve(place, named);
  if (!file.startsWith(place + sep) || kindOf(file) !== 'file') {
    throw refused(use.text, `bootfile=${named} is no file in ${place}`);
  }
  return { folder: place, file: file.slice(place.length + 1) };
}

function kindOf(path: string): 'absent' | 'folder' | 'file' {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'absent';
  return found.isDirectory() ? 'folder' : 'file';
}

function refused(text: string, problem: string): SpecError {
  return specErrorOf('The command line', [{ where: `--tftp ${text}`, problem }]);
}
