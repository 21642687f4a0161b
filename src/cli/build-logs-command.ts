import { existsSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuildDirectory, buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, findBuild, requireWhole } from '../build/build-records.ts';
import { replacedIn } from '../build/folder-owner.ts';
import { SpecError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { placesFrom } from '../foundation/places.ts';
import { fileType, READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { createTailFile } from '../watch/tail-file.ts';
import type { CliIo } from './cli-io.ts';
import { consolePrinter } from './console-printer.ts';

const POLL_MS = 300;

/** `kiln builds logs ID [--follow]`: a guest's console, with nothing in it that could steer the terminal. */
export async function runBuildLogs(
  id: string,
  options: { readonly follow?: boolean; readonly bootCheck?: boolean },
  io: CliIo,
): Promise<void> {
  const { state } = placesFrom(io.env);
  const build = requireWhole(await findBuild(state, id));
  const paths = buildDirectory(build.directory, build.id);
  const { logs: other } = await replacedIn(paths, build.id);
  if (other !== undefined) {
    const text = `The logs in ${paths.logs} are those of build ${other} (\`kiln builds logs ${other}\`); build ${build.id} has none there.`;
    throw new SpecError('builds.no-log', text);
  }
  if (options.bootCheck && (await leavesOutBootCheck(paths)))
    throw new SpecError(
      'builds.no-log',
      `Build ${build.id} has no console log of a boot check: it was left out.`,
    );
  const printer = consolePrinter((text) => io.out.write(text));
  let grew = false;
  // An imported disk has booted, and nothing was installed.
  const booted = options.bootCheck || (!existsSync(paths.serialLog) && existsSync(paths.bootCheckLog));
  const path = booted ? paths.bootCheckLog : paths.serialLog;
  const log = logReader(path, build.directory, (text) => {
    grew ||= text !== '';
    printer.add(text);
  });
  let current: BuildRecord = build;
  let readable = await log.readNew();
  while (options.follow && current.status === 'running' && !io.out.closed.aborted) {
    await delay(POLL_MS);
    current = await findBuild(state, build.id);
    grew = false;
    readable = (await log.readNew()) || readable;
    if (!grew) printer.pause();
  }
  await log.end();
  printer.end();
  if (!readable) {
    const log = booted ? 'console log of a boot check' : 'console log';
    const yet = current.status === 'running' ? ` yet (${path})` : ': it ended before there was one';
    throw new SpecError('builds.no-log', `Build ${build.id} has no ${log}${yet}.`);
  }
}

/** As the build's plan says; one that was not written, or not whole, tells nothing. */
async function leavesOutBootCheck({ planFile }: BuildDirectory): Promise<boolean> {
  try {
    const plan = JSON.parse(await readFile(planFile, READ_AT_ONCE)) as Partial<BuildPlan> | null;
    return plan?.bootCheck?.enabled === false;
  } catch {
    return false;
  }
}

/** Reads what a growing file has gained. */
function logReader(path: string, directory: string, take: (text: string) => void) {
  const decoder = new StringDecoder('utf8');
  const tail = createTailFile(path);
  return {
    /** False when the file does not exist yet. @throws SpecError `builds.no-log` when something else is in its place */
    async readNew(): Promise<boolean> {
      await refuseOutside(path, directory);
      const found = await stat(path).catch(ifMissing(undefined));
      if (found === undefined) return false;
      if (!found.isFile()) throw noLog(path, `is ${fileType(found)}, not a file`);
      await tail.readNew((bytes) => take(decoder.write(bytes)));
      return true;
    },
    async end(): Promise<void> {
      take(decoder.end());
      await tail.close();
    },
  };
}

/** What lies elsewhere was not said by this build's guest, whoever put the link there. */
async function refuseOutside(path: string, directory: string): Promise<void> {
  const [real, folder] = await Promise.all(
    [path, directory].map((one) => realpath(one).catch(() => undefined)),
  );
  if (real === undefined || folder === undefined || real.startsWith(join(folder, sep))) return;
  throw noLog(path, 'leads out of the folder of the build');
}

const noLog = (path: string, why: string): SpecError =>
  new SpecError('builds.no-log', `The console log ${path} ${why}.`);
