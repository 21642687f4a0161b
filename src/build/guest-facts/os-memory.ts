import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { specErrorOf } from '../../foundation/errors.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import { probeCacheIn } from '../../foundation/probe-cache.ts';
import type { Refusals } from '../../foundation/refusals.ts';
import { findOs } from '../../os/find-os.ts';
import { OPERATING_SYSTEMS, type OperatingSystem } from '../../os/os-table.ts';
import { GENERIC_OS, type OsFacts } from '../../osinfo/os-facts.ts';
import { osinfoFolders } from '../../osinfo/osinfo-folders.ts';
import { refuseUnknownOs, requestedOs } from '../../virt-install/requested-os.ts';
import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';

/** `findGuestOs` among other checks: media that are refused cannot tell their system, which is no second problem. */
export async function osFor(
  options: VirtInstallOptions,
  found: string | undefined,
  refusals: Refusals,
  context: BuildContext,
): Promise<OsFacts> {
  const { name } = requestedOs(options);
  const isUntold = refusals.problems.some(({ where }) => /^--(?:cdrom|location|os)/.test(where));
  if (name === undefined && found === undefined && isUntold) return GENERIC_OS;
  return refusals.noted('--osinfo', () => findGuestOs(options, found, context), GENERIC_OS);
}

/**
 * The system `--osinfo` names, else the one the media are of.
 * @param found what the media say
 * @throws SpecError `spec.invalid` for a name that nobody knows, and for none where one is needed
 */
export async function findGuestOs(
  options: VirtInstallOptions,
  found: string | undefined,
  context: BuildContext,
): Promise<OsFacts> {
  const { name, detect, required } = requestedOs(options);
  if (detect && found !== undefined) {
    const facts = await recallKnown(found, 'found', context);
    if (facts !== undefined) return facts;
  }
  if (name !== undefined) return recallOs(name, context);
  return required && !isWaived(context) ? refuseUnknownOs(GENERIC_LINUX) : GENERIC_OS;
}

/** virt-install's own way out, which its error names; any value counts there. */
const isWaived = ({ env }: BuildContext): boolean => env.VIRTINSTALL_OSINFO_DISABLE_REQUIRE !== undefined;

/** For a Linux that is not listed. */
const GENERIC_LINUX = ['linux2022', 'linux2020'];

async function recallOs(name: string, context: BuildContext): Promise<OsFacts> {
  const facts = await recallKnown(name, 'named', context);
  if (facts !== undefined) return facts;
  const { openOsinfoDb } = await import('../../osinfo/osinfo-db.ts');
  const own = OPERATING_SYSTEMS.filter(({ generic }) => !generic).map(({ id }) => id);
  const names = [...openOsinfoDb(osinfoFolders(context.env)).names().flat(), ...own];
  const problem = `"${name}" is no system that libosinfo knows.${suggestion(name, names)} \`kiln build --osinfo list\` has all names`;
  throw specErrorOf('The command line', [{ where: '--osinfo', problem }]);
}

/** Media are recognised by families too (`fedora`); a person's word must be a system's id, or it may be another's mistyped. */
type Origin = 'named' | 'found';

/** The facts of a system by its name; remembered until the database changes, since putting them together means reading a dozen files. */
async function recallKnown(
  name: string,
  origin: Origin,
  context: BuildContext,
): Promise<OsFacts | undefined> {
  if (name === 'generic') return GENERIC_OS;
  const folders = osinfoFolders(context.env);
  const cache = probeCacheIn(context.places.cache, context.logger ?? silentLogger);
  const slot = `os-${name.replaceAll(/[^\w.-]/g, '_')}`;
  const key = JSON.stringify([VERSION, name, origin, await Promise.all(folders.map(folderIdentity))]);
  // Written below under a key that names this form.
  const known = (await cache.read(slot, key)) as OsFacts | undefined;
  if (known !== undefined) return known;
  const { openOsinfoDb } = await import('../../osinfo/osinfo-db.ts');
  const { lookUpOs } = await import('../../osinfo/look-up-os.ts');
  const db = openOsinfoDb(folders);
  const facts = lookUpOs(db, name) ?? standIn(name, origin, (known) => lookUpOs(db, known));
  if (facts !== undefined) await cache.write(slot, key, facts);
  return facts;
}

/** A system that Kiln's table alone has gets the hardware of a Linux that is not listed. */
function standIn(
  name: string,
  origin: Origin,
  lookUp: (known: string) => OsFacts | undefined,
): OsFacts | undefined {
  const own = findOs(name);
  if (own === undefined || (origin === 'named' && !isWordFor(name, own))) return undefined;
  const known = GENERIC_LINUX.map(lookUp).find((facts) => facts !== undefined);
  return known && { ...known, shortId: own.id, names: [own.id], standsFor: known.shortId };
}

/** Its id, or a minor release of it (`sles15sp6`), as libosinfo would write it. */
const isWordFor = (name: string, { id, generic }: OperatingSystem): boolean =>
  !generic && name.startsWith(id) && name === name.toLowerCase();

/** Of the form of the facts. */
const VERSION = 2;

/** A package manager replaces the folders' VERSION file or changes the folder of systems. */
async function folderIdentity(folder: string): Promise<string> {
  const parts = await Promise.all(
    ['VERSION', 'os'].map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found === undefined ? '' : String(found.mtimeMs);
    }),
  );
  return [folder, ...parts].join(' ');
}
