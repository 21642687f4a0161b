import { MediaError } from '../foundation/errors.ts';
import { printable } from '../foundation/printable.ts';
import { OPERATING_SYSTEMS } from '../os/os-table.ts';
import type { MediaTree } from './tree/media-tree.ts';
import { insideMedia, parseTreeInfo } from './tree-info.ts';

/** Paths inside the media. */
export type BootFiles = { readonly kernel: string; readonly initrd: string };

/** Where distributions keep the kernel and initrd of their installer; the first pair that exists is taken. */
const PLACES: readonly BootFiles[] = distinct([
  ...OPERATING_SYSTEMS.flatMap(({ bootFiles }) => bootFiles).filter(({ arch }) => arch === undefined),
  ...OPERATING_SYSTEMS.flatMap(({ bootFiles }) => bootFiles),
]);

function distinct(places: readonly BootFiles[]): readonly BootFiles[] {
  const byText = new Map(places.map(({ kernel, initrd }) => [`${kernel}\n${initrd}`, { kernel, initrd }]));
  return [...byText.values()];
}

/**
 * Kernel and initrd for direct kernel boot: those named explicitly, those of `.treeinfo`, or those at a customary place.
 * @throws MediaError `media.no-kernel` (details.places: all that was looked at), `media.unsafe-path`, `media.not-a-file`
 */
export async function findBootFiles(
  tree: MediaTree,
  explicit: { readonly kernel?: string; readonly initrd?: string } = {},
): Promise<BootFiles> {
  // What a template names instead is no reason to read a .treeinfo that may be wrong.
  const named = explicit.kernel && explicit.initrd ? given(explicit) : await namedByTreeInfo(tree);
  const candidates = named.kernel && named.initrd ? [{ kernel: named.kernel, initrd: named.initrd }] : PLACES;
  for (const place of candidates) {
    const files = {
      kernel: insideMedia(place.kernel, tree.name),
      initrd: insideMedia(place.initrd, tree.name),
    };
    if ((await tree.exists(files.kernel)) && (await tree.exists(files.initrd))) return files;
  }
  for (const path of candidates.flatMap(({ kernel, initrd }) => [kernel, initrd])) {
    const why = await tree.whyUnusable?.(insideMedia(path, tree.name));
    if (why !== undefined) throw why;
  }
  const places = candidates.map(({ kernel, initrd }) => `${kernel} with ${initrd}`);
  const page = await tree.pageInstead?.();
  if (page !== undefined) throw pageError(tree.name, page, places);
  throw new MediaError(
    'media.no-kernel',
    `${tree.name} has no kernel and initrd to boot directly; looked for ${shown(places)}. Name them with kernel= and ` +
      'initrd=, or boot the ISO itself with --cdrom.',
    { details: { places } },
  );
}

function pageError(name: string, page: string, places: readonly string[]): MediaError {
  const begins = printable(page.slice(0, 60));
  return new MediaError(
    'media.no-kernel',
    `${name} is no install tree: where its files would be, such as .treeinfo, the server sends a web page that begins with ` +
      `${JSON.stringify(begins)}, and no kernel and initrd. Check the address; it may be another folder, or want a login.`,
    { details: { places, begins } },
  );
}

/** All customary places would fill the screen; `details.places` has them. */
function shown(places: readonly string[]): string {
  if (places.length <= 3) return places.join(', ');
  return `${places.slice(0, 2).join(', ')} and at ${places.length - 2} other places`;
}

function given(explicit: { readonly kernel?: string; readonly initrd?: string }): Partial<BootFiles> {
  return {
    ...(explicit.kernel === undefined ? {} : { kernel: explicit.kernel }),
    ...(explicit.initrd === undefined ? {} : { initrd: explicit.initrd }),
  };
}

async function namedByTreeInfo(tree: MediaTree): Promise<Partial<BootFiles>> {
  const text = await tree.readText('.treeinfo');
  if (text === undefined) return {};
  const { kernel, initrd } = parseTreeInfo(text, tree.name);
  return kernel && initrd ? { kernel, initrd } : {};
}
