import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { CinderApi, CinderThing, Volume } from './cinder-api.ts';

/** What loses its name to a new volume: an older one, and the snapshots that Kiln took of it under that name. */
export type Renaming = {
  readonly thing: CinderThing;
  readonly id: string;
  /** What it is called from now on. */
  readonly name: string;
};

/** Found out without changing anything. A volume comes after its snapshots. */
export async function planRenaming(
  older: readonly Volume[],
  cinder: CinderApi,
): Promise<readonly Renaming[]> {
  const found: Renaming[] = [];
  for (const volume of older) {
    const name = asideName(volume.name ?? volume.id);
    const snapshots = (await cinder.snapshotsOf(volume.id)).filter(
      (one) => one.name === volume.name && CONTENT_PROPERTY in one.metadata,
    );
    for (const { id } of snapshots) found.push({ thing: 'snapshots', id, name });
    found.push({ thing: 'volumes', id: volume.id, name });
  }
  return found;
}

export async function renameAll(renamings: readonly Renaming[], cinder: CinderApi): Promise<void> {
  for (const { thing, id, name } of renamings) await cinder.rename(thing, id, name);
}

/** `older volume 5c1f: renamed to "…"` */
export function renamingNote({ thing, id, name }: Renaming, done = 'renamed'): string {
  const what = thing === 'volumes' ? `older volume ${id}` : `snapshot ${id} of an older volume`;
  return `${what}: ${done} to "${name}"`;
}

/** The words for the official client. */
export function renamingWords({ thing, id, name }: Renaming): readonly string[] {
  const what = thing === 'volumes' ? ['volume'] : ['volume', 'snapshot'];
  return [...what, 'set', '--name', name, id];
}

function asideName(name: string): string {
  return `${name} (before ${new Date().toISOString().slice(0, 19)}Z)`;
}
