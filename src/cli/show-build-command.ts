import { join, relative } from 'node:path';
import { buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, findBuild } from '../build/build-records.ts';
import { type BuildStory, readStory } from '../build/build-story.ts';
import { publicationLines } from '../build/publication-records.ts';
import { formatDuration } from '../foundation/duration.ts';
import { placesFrom } from '../foundation/places.ts';
import type { PhaseSpan } from '../watch/recorder.ts';
import type { CliIo } from './cli-io.ts';
import { linesToShow } from './error-report.ts';
import { statusStyle, statusText } from './list-builds-command.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** `kiln builds show ID`. */
export async function runShowBuild(
  id: string,
  options: { readonly json?: boolean },
  io: CliIo,
): Promise<void> {
  const { state } = placesFrom(io.env);
  const story = await readStory(await findBuild(state, id), state);
  const { build, ...more } = story;
  io.out.write(options.json ? `${safeJson({ ...build, ...more }, 2)}\n` : buildText(story, styleFor(io.out)));
}

export function buildText(
  { build, folderExists, failure, phases, evidence, replaced = {}, canResume }: BuildStory,
  style: Style,
): string {
  const directory = buildDirectory(build.directory, build.id);
  const isThere = (path: string): boolean => evidence.includes(relative(directory.logs, path));
  const hasResults = replaced.results === undefined;
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Build', build.id],
    ['Name', build.name],
    ['Started', build.startedAt],
    ['Ended', build.endedAt],
    ['Time', build.seconds === undefined ? undefined : formatDuration(build.seconds)],
    ['Folder', build.directory && (folderExists ? build.directory : `gone: ${build.directory}`)],
    ...(hasResults ? build.images : []).map((image) => ['Image', join(build.directory, image)] as const),
    ['Manifest', build.status === 'succeeded' && hasResults ? directory.manifest : undefined],
    ...(build.publications ?? []).map((one) => {
      const label = one.status === 'published' ? 'Published' : 'Publish';
      return [label, publicationLines(one, build)] as const;
    }),
    ['Results', replaced.results && `those in the folder are build ${replaced.results}'s`],
    ['Logs', replaced.logs && `those in the folder are build ${replaced.logs}'s`],
    ['Console', [directory.serialLog, directory.bootCheckLog].filter(isThere).join('\n') || undefined],
    ['Cause', failure && causeText(failure)],
    ['Error', build.error && errorText(build.error)],
    ['Kept', build.kept ? keptText(build) : undefined],
    ['Resume', canResume ? resumeText(build) : undefined],
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${style.bold(label.padEnd(9))} ${indented(safeText(value))}`],
  );
  const status = `${style.bold('Status'.padEnd(9))} ${statusStyle(build.status, style)(statusText({ ...build, canResume }))}`;
  const parts = [
    ...lines.slice(0, 2),
    status,
    ...lines.slice(2),
    ...section('Phases', phases.map(phaseText), style),
    ...section('Console, its end', consoleEnd(failure).map(safeLine), style),
    ...section('Evidence', evidence.map(safeLine), style),
  ];
  return `${parts.join('\n')}\n`;
}

const resumeText = ({ id }: BuildRecord): string =>
  `\`kiln builds resume ${id}\` goes on with it, \`kiln builds clean ${id}\` removes it`;

function keptText({ id, guestLeft }: BuildRecord): string {
  if (!guestLeft) return `yes, \`kiln builds clean ${id}\` removes it`;
  return [
    'its guest, which was left running:',
    `kiln builds console ${id}     its serial console, to look and to type`,
    `kiln builds screenshot ${id}  what its screen shows`,
    `kiln builds clean ${id}       ends it, and removes it with all of the build`,
  ].join('\n');
}

const causeText = ({ patternId, patternAt }: NonNullable<BuildStory['failure']>): string | undefined =>
  patternAt === undefined ? patternId : `the pattern in ${patternAt}`;

/** The code behind the sentence: the message's last line may be a path. */
const errorText = ({ message, code }: { readonly message: string; readonly code: string }): string =>
  message.replace(/$/m, () => ` [${code}]`);

const consoleEnd = (failure: BuildStory['failure']): readonly string[] =>
  linesToShow(failure?.consoleTail ?? [], failure?.line);

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines.map((line) => `  ${line}`)];
}

/** The lines of a message below each other, behind the labels. */
function indented(text: string): string {
  return text.split('\n').join(`\n${' '.repeat(10)}`);
}

function phaseText({ phase, at, seconds, percent, packages }: PhaseSpan): string {
  const facts = [
    formatDuration(seconds),
    ...(percent === undefined || percent === 100 ? [] : [`${percent} %`]),
    ...(packages === undefined ? [] : [`${packages.done} of ${packages.total}`]),
  ];
  return `${formatDuration(at).padStart(8)}  ${safeLine(phase)} (${facts.join(', ')})`;
}
