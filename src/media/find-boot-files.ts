import { MediaError } from '../foundation/errors.ts';
import { parseIni } from './ini-file.ts';
import type { MediaTree } from './tree/media-tree.ts';

/** Paths inside the media. */
export type BootFiles = { readonly kernel: string; readonly initrd: string };

/** Where distributions keep the kernel and initrd of their installer; the first pair that exists is taken. */
const PLACES: readonly BootFiles[] = [
  { kernel: 'install.amd/vmlinuz', initrd: 'install.amd/initrd.gz' },
  { kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' },
  { kernel: 'casper/vmlinuz', initrd: 'casper/initrd' },
  { kernel: 'casper/hwe-vmlinuz', initrd: 'casper/hwe-initrd' },
  { kernel: 'boot/x86_64/loader/linux', initrd: 'boot/x86_64/loader/initrd' },
  ...['', 'netboot/', 'current/images/netboot/'].map((folder) => ({
    kernel: `${folder}debian-installer/amd64/linux`,
    initrd: `${folder}debian-installer/amd64/initrd.gz`,
  })),
  { kernel: 'linux', initrd: 'initrd.gz' },
  { kernel: 'isolinux/vmlinuz', initrd: 'isolinux/initrd.img' },
];

/**
 * Kernel and initrd for direct kernel boot: those named explicitly, those of `.treeinfo`, or those at a customary place.
 * @throws MediaError `media.no-kernel` (details.places: all that was looked at), `media.unsafe-path`
 */
export async function findBootFiles(
  tree: MediaTree,
  explicit: { readonly kernel?: string; readonly initrd?: string } = {},
): Promise<BootFiles> {
  const named = { ...(await namedByTreeInfo(tree)), ...given(explicit) };
  const candidates = named.kernel && named.initrd ? [{ kernel: named.kernel, initrd: named.initrd }] : PLACES;
  for (const place of candidates) {
    const files = { kernel: inside(place.kernel, tree), initrd: inside(place.initrd, tree) };
    if ((await tree.exists(files.kernel)) && (await tree.exists(files.initrd))) return files;
  }
  const places = candidates.map(({ kernel, initrd }) => `${kernel} with ${initrd}`);
  throw new MediaError(
    'media.no-kernel',
    `${tree.name} has no kernel and initrd to boot directly; looked for ${places.join(', ')}. Name them with kernel= and ` +
      'initrd=, or boot the ISO itself with --cdrom.',
    { details: { places } },
  );
}

function given(explicit: { readonly kernel?: string; readonly initrd?: string }): Partial<BootFiles> {
  return {
    ...(explicit.kernel === undefined ? {} : { kernel: explicit.kernel }),
    ...(explicit.initrd === undefined ? {} : { initrd: explicit.initrd }),
  };
}

/** Section `images-<arch>`, of this or the only architecture. */
async function namedByTreeInfo(tree: MediaTree): Promise<Partial<BootFiles>> {
  const text = await tree.readText('.treeinfo');
  if (text === undefined) return {};
  const info = parseIni(text);
  const images = info.get('images-x86_64') ?? [...info].find(([name]) => name.startsWith('images-'))?.[1];
  const [kernel, initrd] = [images?.get('kernel'), images?.get('initrd')];
  return kernel && initrd ? { kernel, initrd } : {};
}

/** `.treeinfo` comes from elsewhere: it must not lead out of the media. */
function inside(path: string, tree: MediaTree): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..') && !path.includes('\0') && parts.length > 0) return parts.join('/');
  throw new MediaError(
    'media.unsafe-path',
    `${tree.name} names ${JSON.stringify(path)} as its kernel or initrd, which leads out of the media. Do not use it, or ` +
      'name the files with kernel= and initrd=.',
    { details: { path } },
  );
}
