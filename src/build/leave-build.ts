import { rm, rmdir, stat } from 'node:fs/promises';
import type { ChosenLibvirt } from '../libvirt/choose-uri.ts';
import type { BuildRun } from './build-context.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { ClaimedBuild } from './claim-build.ts';
import { isOwnDomain, removeDomain } from './clean-builds.ts';

export type LeaveOptions = {
  readonly run: BuildRun;
  readonly libvirt: ChosenLibvirt;
  readonly claimed: ClaimedBuild;
  readonly directory: BuildDirectory;
};

/**
 * The end of every build: guests off, domains and work folder gone, unless `keep` says they stay. A problem here never hides the error that
 * ended the build; it becomes a notice, and what could not be removed stays in the journal for `kiln builds clean`.
 */
export async function leaveBuild(options: LeaveOptions, end: 'succeeded' | 'failed'): Promise<void> {
  const { run, directory } = options;
  const { keep = 'never' } = run.request;
  const kept = keep === 'always' || (keep === 'on-failure' && end === 'failed');
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: Error) => problems.push(`${what}: ${error.message}`));
  };
  await attempt('guest', () => leaveDomains(options, kept));
  if (!kept && end === 'succeeded') await attempt('work folder', () => remove(directory.work));
  if (!kept && end === 'failed') await attempt('files', () => removeAllButLogs(options));
  if (kept)
    run.reporter.notice(`Kept as asked: ${directory.work}. Remove it with \`kiln builds clean ${run.id}\`.`);
  for (const problem of problems) {
    run.reporter.notice(
      `Clean-up was not complete (${problem}); the next build or \`kiln builds clean\` tries again.`,
    );
  }
  options.claimed.left({ kept, unclean: problems.length > 0 });
}

async function leaveDomains({ libvirt, claimed, run }: LeaveOptions, kept: boolean): Promise<void> {
  const { connection } = libvirt;
  for (const entry of claimed.journal.entries().toReversed()) {
    if (entry.kind !== 'domain' || !(await isOwnDomain(connection, entry.uuid, run.id))) continue;
    if (kept) await connection.destroy(entry.uuid);
    else await removeDomain(connection, entry.uuid);
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** A build that failed before a guest said anything leaves nothing worth reading either. */
async function removeAllButLogs({ directory, claimed }: LeaveOptions): Promise<void> {
  const paths = claimed.journal.entries().flatMap((entry) => (entry.kind === 'path' ? [entry.path] : []));
  for (const path of paths.toReversed()) if (path !== directory.logs) await remove(path);
  // It came to nothing before the folder was its own.
  if (!paths.includes(directory.logs)) return removeIfEmpty(directory.root);
  const said = await Promise.all([directory.serialLog, directory.bootCheckLog].map(sizeOf));
  if (said.some((size) => size > 0)) return;
  await remove(directory.logs);
  await removeIfEmpty(directory.root);
}

/** Only when nothing else is in it: the folder may be the user's own. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  });
}

/** 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
