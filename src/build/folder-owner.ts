import { readdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import { MANIFEST_FILE } from '../foundation/result-files.ts';
import { type BuildDirectory, isWorkFolder, workFolderName } from './build-directory.ts';

/** What a manifest says of the build whose results lie beside it; it is the last file that a build writes there. */
export type Delivered = {
  readonly buildId: string;
  readonly createdAt: string;
  readonly images: readonly string[];
};

/** undefined where no manifest of Kiln's lies. */
export async function deliveredIn(directory: string): Promise<Delivered | undefined> {
  const manifest = await readObject(join(directory, MANIFEST_FILE));
  if (manifest === undefined) return undefined;
  const { buildId, createdAt, outputs } = manifest;
  if (typeof buildId !== 'string') return undefined;
  const files = Array.isArray(outputs)
    ? outputs.map((output) => (output as { file?: unknown } | null)?.file)
    : [];
  const images = files.filter((file): file is string => typeof file === 'string' && basename(file) === file);
  return { buildId, createdAt: typeof createdAt === 'string' ? createdAt : '', images };
}

/** Id of the build whose logs these are; undefined for those of a Kiln that did not note it, and where the plan is not there yet. */
export async function ownerOfLogs({
  planFile,
}: Pick<BuildDirectory, 'planFile'>): Promise<string | undefined> {
  const buildId = (await readObject(planFile))?.buildId;
  return typeof buildId === 'string' ? buildId : undefined;
}

export type Replaced = { readonly results?: string; readonly logs?: string };

/** Ids of the builds whose results and logs lie in a build's folder instead of its own (`--force`). */
export async function replacedIn({ root, planFile }: BuildDirectory, buildId: string): Promise<Replaced> {
  const [results, logs] = await Promise.all([
    deliveredIn(root).then((found) => found?.buildId),
    ownerOfLogs({ planFile }),
  ]).catch(() => []);
  return {
    ...(results !== undefined && results !== buildId ? { results } : {}),
    ...(logs !== undefined && logs !== buildId ? { logs } : {}),
  };
}

/** Of other builds that run there or were kept. */
export async function othersWorkFolders(directory: string, buildId: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => isWorkFolder(name) && name !== workFolderName(buildId));
}

/** Of a folder with nothing that tells whose it is nobody else's. */
export const isAnothers = (owner: string | undefined, buildId: string): boolean =>
  owner !== undefined && owner !== buildId;

/** With `--force`: the logs of the build before stay until the new one has some to keep. */
export const setLogsAside = ({ logs, earlierLogs }: BuildDirectory): Promise<void> =>
  moveFolder(logs, earlierLogs);

/** Once the build's own logs are gone. */
export const restoreLogs = ({ logs, earlierLogs }: BuildDirectory): Promise<void> =>
  moveFolder(earlierLogs, logs);

async function moveFolder(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  });
}

async function readObject(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, READ_AT_ONCE));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
