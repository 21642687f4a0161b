import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { readRegularFile } from '../../foundation/read-regular-file.ts';
import { mebibytes } from '../../foundation/size.ts';
import { writeFile } from '../../foundation/write-file.ts';

/** Where distributions keep the keys of distributions (packages debian-archive-keyring, distribution-gpg-keys and their like). */
const FOLDERS = ['/usr/share/keyrings', '/etc/pki/rpm-gpg', '/usr/share/distribution-gpg-keys'];

/** Others put their keys there too, and those have no say about a distribution's media. */
const OF_DISTRIBUTIONS = /debian|ubuntu|fedora|redhat|red-hat|centos|rocky|alma|oracle|suse/i;

/** Key files of distributions on this host. */
export async function hostKeyrings(folders: readonly string[] = FOLDERS): Promise<readonly string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]));
      return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return found
    .flat()
    .filter((path) => OF_DISTRIBUTIONS.test(path) && !/removed|\.(md|txt)$/i.test(path))
    .sort();
}

const LARGEST_KEYRING = mebibytes(64);
const ARMOUR = /-----BEGIN PGP PUBLIC KEY BLOCK-----([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g;

/**
 * gpgv(1) reads binary keyrings alone; armoured ones are copied into `folder` without their armour.
 * @throws MediaError `media.keyring` when the file cannot be read
 */
export async function binaryKeyring(path: string, folder: string, index: number): Promise<string> {
  const blocks = armouredBlocks(await readKeyring(path));
  if (blocks.length === 0) return path;
  const copy = join(folder, `${index}-${basename(path)}.gpg`);
  await writeFile(copy, Buffer.concat(blocks));
  return copy;
}

/** A keyring that was named; gpgv takes a file without keys for one that lacks the right key. @throws MediaError `media.keyring` */
export async function requireKeys(path: string): Promise<void> {
  const content = await readKeyring(path);
  const [binary = content] = armouredBlocks(content);
  if (isPublicKey(binary) || binary.toString('latin1', 8, 12) === KEYBOX) return;
  throw new MediaError(
    'media.keyring',
    `The keyring ${path} holds no OpenPGP public key. Name one that does, binary or armoured.`,
  );
}

/** What GnuPG 2.1 and newer call `pubring.kbx`; gpgv reads it too. */
const KEYBOX = 'KBXf';

/** The first packet's tag is 6, in the old or the new form (RFC 9580, 4.2). */
function isPublicKey([first = 0]: Buffer): boolean {
  return (first & 0xfc) === 0x98 || first === 0xc6;
}

async function readKeyring(path: string): Promise<Buffer> {
  const file = await readRegularFile(path, LARGEST_KEYRING);
  if (file.kind !== 'content') {
    throw new MediaError('media.keyring', `The keyring ${path} ${file.why}. Check its path.`, {
      cause: file.cause,
    });
  }
  return Buffer.from(file.content);
}

function armouredBlocks(content: Buffer): readonly Buffer[] {
  return [...content.toString('latin1').matchAll(ARMOUR)].map(([, block = '']) => dearmoured(block));
}

/** Header lines end at the first empty one; the checksum begins with `=` (RFC 9580, 6.2). */
function dearmoured(block: string): Buffer {
  const lines = block.split(/\r?\n/).slice(1);
  const body = lines.slice(lines.indexOf('') + 1).filter((line) => !line.startsWith('='));
  return Buffer.from(body.join(''), 'base64');
}
