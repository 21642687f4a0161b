import { existsSync } from 'node:fs';
import { buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, listBuilds } from '../build/build-records.ts';
import { replacedIn } from '../build/folder-owner.ts';
import { canResume } from '../build/interrupted-install.ts';
import { isPublished } from '../build/publication-records.ts';
import { diskUsage } from '../build/remove-path.ts';
import { formatDuration } from '../foundation/duration.ts';
import { KilnError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import { asKilnError } from '../foundation/system-error.ts';
import type { CliIo } from './cli-io.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';
import { textTable } from './text-table.ts';

/** `kiln builds list`. */
export async function runListBuilds(options: { readonly json?: boolean }, io: CliIo): Promise<void> {
  const { state } = placesFrom(io.env);
  const builds = await listBuilds(state);
  const listed = await Promise.all(builds.map((build) => listedBuild(build, state)));
  if (options.json) {
    io.out.write(`${safeJson(listed, 2)}\n`);
    return;
  }
  io.out.write(builds.length === 0 ? 'No builds yet.\n' : buildTable(listed, styleFor(io.out)));
  tellOfDamaged(builds, io);
}

/** Not among the lines that a script counts. */
function tellOfDamaged(builds: readonly BuildRecord[], io: CliIo): void {
  const ids = builds.filter((build) => build.status === 'unknown').map(({ id }) => safeLine(id));
  if (ids.length === 0) return;
  io.err.write(
    `Of these builds the record cannot be read: ${ids.join(', ')}. \`kiln builds clean ID\` removes what is left of one.\n`,
  );
}

/** A build with what there is of it. */
export type ListedBuild = BuildRecord & {
  /** undefined where a part of it may not be read. */
  readonly sizeBytes: number | undefined;
  /** A build that failed before it had anything to leave has no folder, nor one whose user removed it. */
  readonly folderExists: boolean;
  /** Whether it was interrupted and can be resumed, as far as its files tell. */
  readonly canResume: boolean;
};

async function listedBuild(build: BuildRecord, stateDir: string): Promise<ListedBuild> {
  const { directory } = build;
  const isOwn = directory !== '' && (await ownsFolder(build));
  const sizeBytes = isOwn ? await diskUsage(directory).catch(unknownSize) : 0;
  const folderExists = directory !== '' && existsSync(directory);
  return { ...build, sizeBytes, folderExists, canResume: await canResume(build, stateDir) };
}

/** One folder that cannot be looked into hides no other build. */
function unknownSize(error: unknown): undefined {
  if (!(asKilnError(error) instanceof KilnError)) throw error;
}

/** What lies in a folder that several builds were given is counted with the one whose results it holds, or else whose logs. */
async function ownsFolder({ directory, id }: BuildRecord): Promise<boolean> {
  const paths = buildDirectory(directory, id);
  const { results, logs } = await replacedIn(paths, id);
  if (results !== undefined) return false;
  return logs === undefined || existsSync(paths.manifest);
}

/** Columns as wide as their widest cell, the status coloured after padding. */
export function buildTable(builds: readonly ListedBuild[], style: Style): string {
  const header = ['ID', 'STATUS', 'STARTED', 'TIME', 'SIZE', 'NAME', 'FOLDER'];
  const rows = builds.map((build) => [
    safeLine(build.id),
    statusText(build),
    safeLine(build.startedAt.replace(/\.\d+Z$/, 'Z')),
    build.seconds === undefined ? '-' : formatDuration(build.seconds),
    build.sizeBytes === undefined ? '-' : formatSize(build.sizeBytes),
    safeLine(build.name),
    build.folderExists ? safeLine(build.directory) : '-',
  ]);
  const [first = '', ...plain] = textTable(header, rows);
  const lines = plain.map((line, index) => {
    const build = builds[index];
    if (build === undefined) return line;
    const text = statusText(build);
    return line.replace(`  ${text}  `, () => `  ${statusStyle(build.status, style)(text)}  `);
  });
  return `${[style.bold(first), ...lines].join('\n')}\n`;
}

/** How it ended, whether its image is everywhere it should be, and what of it is still there. */
export function statusText(build: BuildRecord & Pick<ListedBuild, 'canResume'>): string {
  const notes = [
    ...(build.canResume ? ['resumable'] : []),
    ...(build.status === 'succeeded' && !isPublished(build) ? ['not published'] : []),
    ...(build.kept ? [build.guestLeft ? 'guest kept' : 'kept'] : []),
  ];
  return [build.status, ...notes].join(', ');
}

export function statusStyle(status: BuildRecord['status'], style: Style): (text: string) => string {
  if (status === 'succeeded') return style.good;
  return status === 'running' ? (text) => text : status === 'failed' ? style.bad : style.warning;
}
