import type { Problem } from '../../foundation/errors.ts';
import type { StorageChecks } from '../../storage/planned-disk.ts';
import type { StorageHost } from '../../storage/storage-host.ts';
import type { MachineXml } from './machine-request.ts';

export type DriveHost = Pick<StorageHost, 'isRemote' | 'look' | 'identify'> & {
  /** Where the block device at a path of this machine is mounted. */
  readonly mountPoints: (path: string) => Promise<readonly string[]>;
};

/** Drives of this machine that would write over each other or over what is mounted, and new ones in a folder that is not there. */
export async function driveProblems(
  host: DriveHost,
  { disks }: Pick<MachineXml, 'disks'>,
  checks: Pick<StorageChecks, 'pathInUse'>,
): Promise<Problem[]> {
  if (host.isRemote) return [];
  const lost = await folderProblems(host, disks);
  if (!checks.pathInUse) return lost;
  return [...lost, ...(await twiceProblems(host, disks)), ...(await mountProblems(host, disks))];
}

type Disks = MachineXml['disks'];

/** A folder that becomes a pool must be there; libvirt makes its own default one alone. */
async function folderProblems(host: DriveHost, disks: Disks): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { request, createPool } of disks) {
    if (createPool === undefined || createPool.build) continue;
    const { target } = createPool;
    const { kind } = await host.look(target);
    const what = kind === 'absent' ? 'does not exist' : 'is no folder';
    if (kind !== 'dir')
      problems.push({ where: request.label, problem: `${target} ${what}; make it, or name another folder` });
  }
  return problems;
}

/** Two drives on one image write over each other, whatever they call it. */
async function twiceProblems({ identify }: Pick<DriveHost, 'identify'>, disks: Disks): Promise<Problem[]> {
  const names = new Map<string, string>();
  const problems = new Map<string, Problem>();
  for (const { request, source } of disks) {
    if (source === undefined || isRead(request) || request.shareable) continue;
    const id = await identify(source.path);
    const first = names.get(id);
    if (first === undefined) names.set(id, source.path);
    else problems.set(`${id} ${source.path}`, twice(source.path, first));
  }
  return [...problems.values()];
}

function twice(path: string, first: string): Problem {
  const how = path === first ? 'is named twice' : `is the same disk as ${first}`;
  return {
    where: `--disk ${path}`,
    problem: `${how}; leave one out, or add shareable=on to both when that is meant`,
  };
}

const isRead = ({ readonly, device }: Disks[number]['request']): boolean => readonly || device === 'cdrom';

async function mountProblems(host: DriveHost, disks: Disks): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { request, source } of disks) {
    if (source?.type !== 'block' || isRead(request)) continue;
    if ((await host.look(source.path)).kind !== 'block') continue;
    const places = await host.mountPoints(source.path);
    if (places.length === 0) continue;
    const where = request.label;
    const problem = `this machine has it mounted on ${places.join(', ')}, and a guest would destroy it; name another disk, or add --check path_in_use=off`;
    problems.push({ where, problem });
  }
  return problems;
}
