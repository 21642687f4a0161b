import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { MANIFEST_FILE } from '../foundation/result-files.ts';
import type { Publication } from '../publish/publication.ts';
import { type PublishTarget, publishCommand, targetName } from '../publish/publish-target.ts';
import { type BuildRecord, findBuild, listBuilds, writeRecord } from './build-records.ts';

/** What became of one target of a build; part of its record. */
export type PublicationRecord = { readonly target: PublishTarget } & (
  | {
      readonly status: 'published';
      readonly name: string;
      readonly id?: string;
      readonly url?: string;
    }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
  /** Not tried yet, or Kiln was ended meanwhile. */
  | { readonly status: 'open' }
);

export function publishedAs(
  target: PublishTarget,
  { name, id, url }: Pick<Publication, 'name' | 'id' | 'url'>,
): PublicationRecord {
  return {
    target,
    status: 'published',
    name,
    ...(id === undefined ? {} : { id }),
    ...(url === undefined ? {} : { url }),
  };
}

/** `debian-13, 5c1f…, http://…` */
export function placeOf({ name, id, url }: Pick<Publication, 'name' | 'id' | 'url'>): string {
  return [name, id, url].filter((part) => part !== undefined).join(', ');
}

export const isPublished = ({ publications = [] }: Pick<BuildRecord, 'publications'>): boolean =>
  publications.every(({ status }) => status === 'published');

/** One line, and another with the command that publishes what is not there yet. */
export function publicationLines(
  publication: PublicationRecord,
  { directory }: Pick<BuildRecord, 'directory'>,
): string {
  const name = targetName(publication.target);
  if (publication.status === 'published') return `${name}: ${placeOf(publication)}`;
  const why =
    publication.status === 'open' ? 'not done' : `failed: ${publication.message} [${publication.code}]`;
  return `${name} ${why}\nagain with: ${publishCommand(publication.target, directory)}`;
}

/** @throws what writing a file throws */
export async function notePublications(
  stateDir: string,
  id: string,
  publications: readonly PublicationRecord[],
): Promise<void> {
  await writeRecord(stateDir, { ...(await findBuild(stateDir, id)), publications });
}

/**
 * A build's image was published later: its record tells so, in the place of the target that failed.
 * @param what a build's folder, its manifest or one of its images; of anything else nothing is noted
 */
export async function noteLaterPublication(
  stateDir: string,
  what: string,
  published: PublicationRecord,
): Promise<void> {
  const path = await realpath(what);
  const record = (await listBuilds(stateDir)).find(
    ({ directory, status, images }) =>
      status === 'succeeded' &&
      (directory === path ||
        (directory === dirname(path) && [...images, MANIFEST_FILE].includes(basename(path)))),
  );
  if (record === undefined) return;
  const { publications = [] } = record;
  const at = placeAmong(publications, published);
  await writeRecord(stateDir, {
    ...record,
    publications: at < 0 ? [...publications, published] : publications.with(at, published),
  });
}

/** The same target, else one of the same place that lacks its image: options may have been what was wrong. */
function placeAmong(all: readonly PublicationRecord[], { target }: PublicationRecord): number {
  const same = all.findIndex((one) => keyOf(one.target) === keyOf(target));
  if (same >= 0) return same;
  return all.findIndex((one) => one.status !== 'published' && targetName(one.target) === targetName(target));
}

const keyOf = (target: PublishTarget): string =>
  JSON.stringify([targetName(target), Object.entries(target.options).sort(([a], [b]) => (a < b ? -1 : 1))]);
