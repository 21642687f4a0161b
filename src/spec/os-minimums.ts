import { type Bytes, bytes, formatSize } from '../foundation/size.ts';
import { isNetworkTree, type MediaSource } from '../media/install-media.ts';
import { findOs } from '../os/find-os.ts';
import type { OperatingSystem } from '../os/operating-system.ts';

type Wanted = { readonly os?: string; readonly media: readonly MediaSource[] };

/** The system whose installer will run; none for a finished image, which asks for nothing. */
function installed({ os, media }: Wanted): OperatingSystem | undefined {
  return os === undefined || media[0]?.kind === 'import' ? undefined : findOs(os);
}

const needed = (os: OperatingSystem, media: readonly MediaSource[]): Bytes =>
  media.some(isNetworkTree) ? os.minimumMemoryNetwork : os.minimumMemory;

/** Memory and disk when nobody said how much: Kiln's usual size, or what the system needs if that is more. */
export function atLeastMinimum(wanted: Wanted, usual: { memory: Bytes; disk: Bytes }): typeof usual {
  const os = installed(wanted);
  if (os === undefined) return usual;
  return {
    memory: bytes(Math.max(usual.memory, needed(os, wanted.media))),
    disk: bytes(Math.max(usual.disk, os.minimumDisk)),
  };
}

export function memoryProblem(wanted: Wanted & { readonly memory: Bytes }): string | undefined {
  const os = installed(wanted);
  if (os === undefined || wanted.memory >= needed(os, wanted.media)) return undefined;
  const how = wanted.media.some(isNetworkTree) ? ' from the network' : '';
  return `${formatSize(wanted.memory)} is too little; the installer of ${os.title}${how} needs ${formatSize(needed(os, wanted.media))}`;
}

export function diskProblem(
  wanted: Wanted & { readonly disk: { readonly size?: Bytes } },
): string | undefined {
  const os = installed(wanted);
  const { size } = wanted.disk;
  if (os === undefined || size === undefined || size >= os.minimumDisk) return undefined;
  return `${formatSize(size)} is too small; ${os.title} needs ${formatSize(os.minimumDisk)}`;
}
