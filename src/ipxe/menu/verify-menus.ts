import { join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { readRegularFile, whyNoFile } from '../../foundation/read-regular-file.ts';
import { filesBelow } from './files-below.ts';
import { nameOf, requireCertificates, whyUnfit } from './fit-signer.ts';
import { LARGEST_FILE, MENUS_LIST, type MenusList, readMenusList, sha256Of } from './menus-list.ts';
import { DRAFT_PREFIX } from './put-in-place.ts';
import { type OpensslContext, requirePem } from './run-openssl.ts';
import { type Seals, sealFile } from './sealed-content.ts';
import { someOf } from './some-of.ts';
import { verifySignature } from './verify-signature.ts';

export type VerifiedMenus = {
  /** What the signed list names. */
  readonly listed: readonly string[];
  /** What somebody put beside it with a good signature of its own. */
  readonly beside: readonly string[];
  /** What has none, where files of others belong. */
  readonly unsigned: readonly string[];
  /** Folder of an export that was killed, or is under way: not looked at, and not sealed. */
  readonly draft?: string;
  /** Of all that is verified, with its signatures. */
  readonly seals: Seals;
};

/** Where users put files of others (docs/ipxe.md); below these alone a file may go without a signature, and is then told of. */
const OF_OTHERS = /^(mirror|tools)\//;

/**
 * Verifies the list's signature, then every file by the list and by its own signature, which iPXE reads (a signature alone does not say
 * under which name a file was signed); whatever else lies in the folder must have a signature of its own.
 * @throws SpecError `ipxe.not-menus`, `ipxe.signing`, `ipxe.unsigned`, `ipxe.tampered`, `ipxe.missing`, `ipxe.signed-by-another`, `ipxe.unfit-signer`; CancelledError
 */
export async function verifyMenus(
  folder: string,
  authority: string,
  context: OpensslContext = {},
): Promise<VerifiedMenus> {
  const seals = new Map<string, string>();
  const fit = new Set<string>();
  // Sealed before anything is read, so that no later change goes unnoticed.
  const verified = async (name: string, sum?: string): Promise<void> => {
    for (const one of [name, `${name}.sig`]) await seal(folder, one, seals);
    if (sum !== undefined) await requireListed(folder, name, sum);
    for (const signer of await verifySignature(folder, name, authority, context)) {
      if (fit.has(signer.fingerprint256)) continue;
      const why = await whyUnfit(signer, context);
      if (why !== undefined) throw unfitSigner(name, nameOf(signer), why);
      fit.add(signer.fingerprint256);
    }
  };
  const { files } = await signedList(folder, authority, verified, seals);
  for (const [name, sum] of files) await verified(name, sum);
  const beside: string[] = [];
  const unsigned: string[] = [];
  // In order, so that a file comes before its signature.
  const all = new Set([...(await filesBelow(folder))].sort());
  for (const path of all) {
    if (seals.has(path) || path.startsWith(DRAFT_PREFIX)) continue;
    if (await isGood(path, all, verified, seals)) beside.push(path);
    else unsigned.push(path);
  }
  const foreign = unsigned.filter((path) => !OF_OTHERS.test(path));
  if (foreign.length > 0) throw notListed(folder, foreign);
  const draft = [...all].find((path) => path.startsWith(DRAFT_PREFIX))?.split('/', 1)[0];
  return { listed: [...files.keys()], beside, unsigned, seals, ...(draft === undefined ? {} : { draft }) };
}

/** Read while it is what was verified, or not at all. */
async function signedList(
  folder: string,
  authority: string,
  verified: (name: string) => Promise<void>,
  seals: Map<string, string>,
): Promise<MenusList> {
  await readMenusList(folder);
  await requirePem(authority);
  await requireCertificates(authority, 'authority');
  await verified(MENUS_LIST);
  const list = await readMenusList(folder);
  if ((await sealFile(join(folder, MENUS_LIST))) === seals.get(MENUS_LIST)) return list;
  throw new SpecError('ipxe.tampered', `${MENUS_LIST} was changed while it was verified; verify again.`, {
    details: { file: MENUS_LIST },
  });
}

async function seal(folder: string, name: string, seals: Map<string, string>): Promise<void> {
  const path = join(folder, name);
  if ((await whyNoFile(path)) === undefined) seals.set(name, await sealFile(path));
}

async function requireListed(folder: string, name: string, sum: string): Promise<void> {
  const file = await readRegularFile(join(folder, name), LARGEST_FILE);
  const details = { details: { file: name } };
  if (file.kind === 'missing')
    throw new SpecError(
      'ipxe.missing',
      `${name} is not there, and ${MENUS_LIST} names it. Export the menus again.`,
      details,
    );
  if (file.kind !== 'content')
    throw new SpecError('ipxe.tampered', `${name} ${file.why}. Export the menus again.`, details);
  if (sha256Of(file.content) !== sum)
    throw new SpecError(
      'ipxe.tampered',
      `${name} is not what was signed under this name: ${MENUS_LIST} has another sha256. Export the menus again.`,
      details,
    );
}

/** Among files of others a signature of another kind (a PGP one) says nothing to iPXE. */
async function isGood(
  path: string,
  all: ReadonlySet<string>,
  verified: (name: string) => Promise<void>,
  seals: Map<string, string>,
): Promise<boolean> {
  if (!all.has(`${path}.sig`)) return false;
  try {
    await verified(path);
    return true;
  } catch (error) {
    if (!(error instanceof SpecError) || !OF_OTHERS.test(path)) throw error;
    seals.delete(path);
    seals.delete(`${path}.sig`);
    return false;
  }
}

function unfitSigner(name: string, signer: string, why: string): SpecError {
  return new SpecError(
    'ipxe.unfit-signer',
    `${name} was signed with a certificate, "${signer}", that ${why}.`,
    {
      details: { file: name },
    },
  );
}

function notListed(folder: string, paths: readonly string[]): SpecError {
  return new SpecError(
    'ipxe.unsigned',
    `${folder} holds what was not signed with the menus and has no signature of its own: ${someOf(paths)}. ` +
      'Remove it, sign it, or put it below mirror/ or tools/.',
    { details: { files: paths } },
  );
}
