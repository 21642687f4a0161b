import { join } from 'node:path';
import { buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, findBuild } from '../build/build-records.ts';
import { formatDuration } from '../foundation/duration.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';
import { statusStyle } from './list-builds-command.ts';
import { safeLine } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** `kiln builds show ID`. */
export async function runShowBuild(
  id: string,
  options: { readonly json?: boolean },
  io: CliIo,
): Promise<void> {
  const build = await findBuild(placesFrom(io.env).state, id);
  io.out.write(options.json ? `${JSON.stringify(build, null, 2)}\n` : buildText(build, styleFor(io.out)));
}

export function buildText(build: BuildRecord, style: Style): string {
  const directory = buildDirectory(build.directory, build.id);
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Build', build.id],
    ['Name', build.name],
    ['Started', build.startedAt],
    ['Ended', build.endedAt],
    ['Time', build.seconds === undefined ? undefined : formatDuration(build.seconds)],
    ['Folder', build.directory],
    ...build.images.map((image) => ['Image', join(build.directory, image)] as const),
    ['Manifest', build.status === 'succeeded' ? directory.manifest : undefined],
    ['Console', directory.serialLog],
    ['Error', build.error && `${build.error.message} [${build.error.code}]`],
    ['Kept', build.kept ? 'yes, `kiln builds clean ID` removes it' : undefined],
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${style.bold(label.padEnd(9))} ${safeLine(value)}`],
  );
  const status = `${style.bold('Status'.padEnd(9))} ${statusStyle(build.status, style)(build.status)}`;
  return `${[...lines.slice(0, 2), status, ...lines.slice(2)].join('\n')}\n`;
}
