import { basename } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { isWorkFolder, workFolderName } from './build-directory.ts';

/**
 * A work folder says that a build runs there or was kept, whichever state folder knows of it.
 * @param names what lies in the folder
 * @param own the asking build's own work folder
 * @throws SpecError `output.in-use`
 */
export function refuseAnothersFolder(root: string, names: readonly string[], own?: string): void {
  const other = names.find((name) => isWorkFolder(name) && (own === undefined || name !== basename(own)));
  if (other === undefined) return;
  const id = other.slice(workFolderName('').length);
  throw new SpecError(
    'output.in-use',
    `The output folder ${root} holds ${other}: another build runs there, or was kept. Name another folder, or end that build: \`kiln builds stop ${id}\` while it runs, \`kiln builds clean ${id}\` else.`,
    { details: { directory: root } },
  );
}
