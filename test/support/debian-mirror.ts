import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CpioEntry, FILE_TYPE, readCpio, writeCpio } from '../../src/foundation/cpio-newc.ts';
import { placesFrom } from '../../src/foundation/places.ts';
import { parseControlFile } from '../../src/media/debian-offline/control-file.ts';
import { englishTemplates } from '../../src/media/debian-offline/installer-templates.ts';
import { archivesIn } from '../../src/media/initrd-archives.ts';
import { openIsoImage } from '../../src/media/iso9660/iso-image.ts';
import { resolveMedia } from '../../src/media/resolve-media.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { makeSigningKey } from '../contract/media/signing-key.ts';

export type MadeMirror = {
  /** Has the packages. */
  readonly iso: string;
  /** What a mirror has besides: the network installer's files, and the signature. */
  readonly overlay: string;
  /** Of the key that the mirror is signed with. */
  readonly keyring: string;
};

const SUITE = 'trixie';
const IMAGES = 'main/installer-amd64/current/images';
const NETBOOT = `${IMAGES}/netboot/debian-installer/amd64`;
const COMPONENTS = 'main/debian-installer/binary-amd64';
const STATUS = 'var/lib/dpkg/status';

/** Copies the key to where the installed system's apt takes it for its own, as whoever signs a mirror does in the installer he makes. */
const TRUST_HOOK = `#!/bin/sh
cp /usr/share/keyrings/archive.gpg /target/etc/apt/trusted.gpg.d/mirror.gpg
`;

/**
 * A Debian mirror with the complete network installer, as a site would make its own: the packages of the ISO that Kiln assembles, Debian's
 * netboot kernel and initrd with the site's key in it, lists and signature.
 */
export async function makeDebianMirror(folder: string): Promise<MadeMirror> {
  const cacheDir = placesFrom(process.env).cache;
  const media = await resolveMedia([{ kind: 'location', from: `debian-offline:${SUITE}` }], { cacheDir });
  if (media.kind !== 'location' || media.isoPath === undefined) throw new Error('no ISO was assembled');
  const key = await makeSigningKey('Mirror <mirror@example.org>');
  try {
    const keyring = join(folder, 'mirror.gpg');
    copyFileSync(key.keyring, keyring);
    const [release, components] = await listsOf(media.isoPath);
    // The first archive is Debian's own initrd; behind it lies what Kiln has put into the ISO's.
    const [netboot = Buffer.alloc(0)] = archivesIn(readFileSync(media.initrdPath));
    const files = new Map<string, Buffer | string>([
      [`${NETBOOT}/linux`, readFileSync(media.kernelPath)],
      [`${NETBOOT}/initrd.gz`, withKey(netboot, readFileSync(keyring))],
      [`${IMAGES}/udeb.list`, componentList(netboot)],
      // By it choose-mirror knows which architectures a mirror has.
      ['main/binary-amd64/Release', 'Archive: stable\nComponent: main\nArchitecture: amd64\n'],
      [`${COMPONENTS}/Packages.xz`, await xz(join(folder, 'Packages'), components)],
    ]);
    const images = [...files].filter(([path]) => path.startsWith(NETBOOT));
    const sums = images.map(([path, content]) => `${sha256(content)}  .${path.slice(IMAGES.length)}\n`);
    files.set(`${IMAGES}/SHA256SUMS`, sums.join(''));
    const signed = `${release}${[...files].map(releaseLine).join('')}`;
    files.set('Release', signed);
    files.set('Release.gpg', await key.detached(signed));
    files.set('InRelease', await key.clearSign(signed));
    const overlay = join(folder, 'overlay');
    for (const [path, content] of files) put(join(overlay, 'dists', SUITE, path), content);
    return { iso: media.isoPath, overlay, keyring };
  } finally {
    await key.remove();
  }
}

/** The ISO's Release file, whose last section is that of SHA256, and its list of the installer's components. */
async function listsOf(iso: string): Promise<readonly [string, string]> {
  const image = await openIsoImage(iso);
  try {
    const read = async (path: string): Promise<string> => {
      const record = await image.find(`dists/${SUITE}/${path}`);
      if (record?.kind !== 'file') throw new Error(`${iso} has no ${path} of ${SUITE}`);
      return (await image.read(record, 2 ** 24)).toString('utf8');
    };
    return [await read('Release'), await read(`${COMPONENTS}/Packages`)];
  } finally {
    await image.close();
  }
}

function withKey(netboot: Buffer, key: Buffer): Buffer {
  const files = [
    ['usr/share/keyrings/archive.gpg', key, 0o644],
    ['usr/lib/base-installer.d/10mirror-key', Buffer.from(TRUST_HOOK), 0o755],
  ] as const;
  const added = [
    ...files.map(([path, content, mode]) => ({ path, content, mode: FILE_TYPE.file | mode })),
    // Without the other languages' texts the installer starts a minute sooner under emulation.
    ...[...readCpio(netboot)].filter(({ path }) => path.endsWith('.templates')).map(inEnglish),
  ];
  return Buffer.concat([gzipSync(netboot, { level: 1 }), gzipSync(writeCpio(added))]);
}

function inEnglish(entry: CpioEntry): CpioEntry {
  return { ...entry, content: Buffer.from(englishTemplates(Buffer.from(entry.content).toString('utf8'))) };
}

/** `udeb.list` of debian-installer's images: what is in the initrd. */
function componentList(netboot: Buffer): string {
  const status = [...readCpio(netboot)].find(({ path }) => path === STATUS);
  const stanzas = parseControlFile(Buffer.from(status?.content ?? []).toString('utf8'));
  return stanzas.map((one) => `${one.name} ${one.field('Version') ?? ''} amd64\n`).join('');
}

async function xz(path: string, text: string): Promise<Buffer> {
  writeFileSync(path, text);
  await runCommand('xz', ['-f', path]);
  return readFileSync(`${path}.xz`);
}

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
const releaseLine = ([path, content]: readonly [string, Buffer | string]): string =>
  ` ${sha256(content)} ${Buffer.byteLength(content)} ${path}\n`;

function put(path: string, content: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
