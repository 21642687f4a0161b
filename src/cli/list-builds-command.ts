import { type BuildRecord, listBuilds } from '../build/build-records.ts';
import { diskUsage } from '../build/clean-builds.ts';
import { formatDuration } from '../foundation/duration.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import type { CliIo } from './cli-io.ts';
import { safeLine } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** `kiln builds list`. */
export async function runListBuilds(options: { readonly json?: boolean }, io: CliIo): Promise<void> {
  const builds = await listBuilds(placesFrom(io.env).state);
  const sized = await Promise.all(builds.map(withSize));
  if (options.json) io.out.write(`${JSON.stringify(sized, null, 2)}\n`);
  else io.out.write(builds.length === 0 ? 'No builds yet.\n' : buildTable(sized, styleFor(io.out)));
}

/** A build with what its folder takes on disk. */
export type SizedBuild = BuildRecord & { readonly sizeBytes: number };

async function withSize(build: BuildRecord): Promise<SizedBuild> {
  return { ...build, sizeBytes: build.directory === '' ? 0 : await diskUsage(build.directory) };
}

/** Columns as wide as their widest cell, the status coloured after padding. */
export function buildTable(builds: readonly SizedBuild[], style: Style): string {
  const header = ['ID', 'STATUS', 'STARTED', 'TIME', 'SIZE', 'NAME', 'FOLDER'];
  const rows = builds.map((build) => [
    safeLine(build.id),
    build.status,
    build.startedAt.replace(/\.\d+Z$/, 'Z'),
    build.seconds === undefined ? '-' : formatDuration(build.seconds),
    formatSize(build.sizeBytes),
    safeLine(build.name),
    safeLine(build.directory),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = rows.map((row, index) => {
    const status = builds[index]?.status ?? 'running';
    return line(row).replace(status.padEnd(widths[1] ?? 0), (text) => statusStyle(status, style)(text));
  });
  return `${[style.bold(line(header)), ...lines].join('\n')}\n`;
}

export function statusStyle(status: BuildRecord['status'], style: Style): (text: string) => string {
  if (status === 'succeeded') return style.good;
  return status === 'running' ? (text) => text : status === 'failed' ? style.bad : style.warning;
}
