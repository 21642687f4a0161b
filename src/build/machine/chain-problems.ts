import { readBackingFile } from '../../disk/qcow2-backing.ts';
import { DiskError, type Problem } from '../../foundation/errors.ts';
import { domainUses } from '../../storage/path-users.ts';
import type { PlannedDisk, StorageChecks } from '../../storage/planned-disk.ts';
import type { LocalPath, StorageHost } from '../../storage/storage-host.ts';
import type { MachineXml } from './machine-request.ts';
import { disksOf } from './machine-xml.ts';

export type ChainHost = Pick<StorageHost, 'connection' | 'isRemote' | 'look' | 'identify'>;

/** An image that a disk is an overlay of, directly or not; `id`: the same for all its names. */
type Link = { readonly path: string; readonly id: string };

type Chain = {
  readonly disk: PlannedDisk;
  /** Nearest first, as far as they can be read. */
  readonly below: readonly Link[];
  readonly broken?: string;
};

/** What makes overlays of this machine unreadable, or would write below them; QEMU would find it when it starts. */
export async function chainProblems(
  host: ChainHost,
  { disks, final }: Pick<MachineXml, 'disks' | 'final'>,
  { pathInUse }: Pick<StorageChecks, 'pathInUse'>,
): Promise<Problem[]> {
  if (host.isRemote) return [];
  const formats = new Map(disksOf(final).map(({ path, format }) => [path, format]));
  const all = await Promise.all(disks.map((disk) => chainOf(host, disk, formats)));
  const chains = all.filter(({ below, broken }) => below.length > 0 || broken !== undefined);
  const broken = chains.flatMap(({ disk, broken }) =>
    broken === undefined ? [] : [{ where: disk.request.label, problem: broken }],
  );
  if (!pathInUse || chains.length === 0) return broken;
  return [...broken, ...(await ownWriters(host, chains, disks)), ...(await runningWriters(host, chains))];
}

async function chainOf(
  host: ChainHost,
  disk: PlannedDisk,
  formats: ReadonlyMap<string | undefined, string | undefined>,
): Promise<Chain> {
  const { create, source } = disk;
  const path = create === undefined ? source?.path : create.backing?.path;
  if (path?.startsWith('/') !== true || source?.type === 'network') return { disk, below: [] };
  const top = { path, id: await host.identify(path) };
  const format = create === undefined ? formats.get(path) : create.backing?.format;
  const chain = await walk(host, top, format);
  return { disk, ...chain, below: create === undefined ? chain.below : [top, ...chain.below] };
}

async function walk(host: ChainHost, top: Link, topFormat: string | undefined): Promise<Omit<Chain, 'disk'>> {
  const below: Link[] = [];
  const seen = new Set([top.id]);
  for (let { path } = top, format = topFormat; format === 'qcow2'; ) {
    const image = path;
    const next = await unlessForbidden(readBackingFile(image));
    const found = next && (await unlessForbidden(host.look(next.path)));
    if (next === undefined || found === undefined) break;
    const remedy = `name the right one: qemu-img rebase -u -b FILE -F FORMAT ${image}`;
    const what = whyNoImage(found);
    if (what !== undefined)
      return {
        below,
        broken: `the backing file ${next.path} of ${image} ${what}; bring it back, or ${remedy}`,
      };
    const id = await host.identify(next.path);
    if (seen.has(id))
      return { below, broken: `its backing files lead from ${image} back to ${next.path}; ${remedy}` };
    seen.add(id);
    below.push({ path: next.path, id });
    path = next.path;
    format = next.format ?? (found.kind === 'file' ? found.format : 'raw');
  }
  return { below };
}

function whyNoImage(found: LocalPath): string | undefined {
  if (found.kind === 'absent') return 'does not exist';
  if (found.kind === 'dir') return 'is a folder';
  return found.kind === 'other' ? `is ${found.what}` : undefined;
}

/** QEMU's user may see what this one does not; what is damaged QEMU itself says best. */
async function unlessForbidden<T>(looking: Promise<T>): Promise<T | undefined> {
  return looking.catch((error: NodeJS.ErrnoException) => {
    if (error instanceof DiskError || error.code === 'EACCES' || error.code === 'EPERM') return undefined;
    throw error;
  });
}

/** A base that changes makes its overlays worthless, so QEMU opens no overlay of what is written. */
async function ownWriters(
  { identify }: ChainHost,
  chains: readonly Chain[],
  disks: readonly PlannedDisk[],
): Promise<Problem[]> {
  const written = new Map<string, string>();
  for (const { request, create, source } of disks) {
    if (create !== undefined || source === undefined || request.readonly || request.device === 'cdrom')
      continue;
    written.set(await identify(source.path), source.path);
  }
  return writers(chains, (id) => {
    const path = written.get(id);
    return path === undefined
      ? undefined
      : { who: `--disk ${path} of this machine`, remedy: 'leave one of them out' };
  });
}

async function runningWriters(host: ChainHost, chains: readonly Chain[]): Promise<Problem[]> {
  const domains = await domainUses(host, 'running');
  return writers(chains, (id) => {
    const user = domains.find(({ disks }) => disks.some((disk) => disk.id === id && !disk.readonly));
    return user && { who: `the running domain ${user.name}`, remedy: 'shut that down, or name another disk' };
  });
}

type Writer = { readonly who: string; readonly remedy: string };

const writers = (chains: readonly Chain[], writerOf: (id: string) => Writer | undefined): Problem[] =>
  chains.flatMap(({ disk, below }) =>
    below.flatMap(({ path, id }) => {
      const writer = writerOf(id);
      if (writer === undefined) return [];
      const problem = `it is an overlay of ${path}, to which ${writer.who} writes; ${writer.remedy}, or add --check path_in_use=off`;
      return [{ where: disk.request.label, problem }];
    }),
  );
