import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import { removeIfEmpty } from '../foundation/remove-if-empty.ts';
import type { ChosenLibvirt } from '../libvirt/choose-uri.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { isLibvirtLost } from '../libvirt/libvirt-error.ts';
import type { BuildRun } from './build-context.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { ClaimedBuild } from './claim-build.ts';
import { libvirtOf } from './clean-libvirt.ts';
import type { FailureChoice } from './failure-choice.ts';
import { deliveredIn, isAnothers, ownerOfLogs, restoreLogs } from './folder-owner.ts';
import { type JournalDomain, type JournalStorage, ownedAtLibvirt } from './journal.ts';
import { type KeptThings, keptText } from './kept-text.ts';
import { isReplacedByLink, ownedPaths, replacedText, whyReplaced } from './owned-paths.ts';
import { passOnPool } from './pass-on-pool.ts';
import { removeQemuLogs } from './qemu-log.ts';
import { isStillOwn, removeOwn, titleOf, whatIsTheirs, whileRemoving } from './remove-own.ts';
import { sizeOf } from './remove-path.ts';

export type LeaveOptions = {
  readonly run: BuildRun;
  readonly libvirt: ChosenLibvirt;
  readonly claimed: ClaimedBuild;
  readonly directory: BuildDirectory;
  /** What was decided about the guest of a failed install. */
  readonly choice?: FailureChoice;
  /** The logs stay even if they say nothing: the guest runs on into them (`--wait`), or the machine's definition is looked for there. */
  readonly needsLogs?: boolean;
};

/**
 * The end of every build: guests off, domains and work folder gone, unless `keep` says they stay. A problem here never hides the error that
 * ended the build; it becomes a notice, and what could not be removed stays in the journal for `kiln builds clean`.
 */
export async function leaveBuild(options: LeaveOptions, end: 'succeeded' | 'failed'): Promise<void> {
  const { run, directory } = options;
  const { keep = 'never' } = run.request;
  const guestIsLeft = end === 'failed' && options.choice?.isKept() === true;
  const kept = guestIsLeft || keep === 'always' || (keep === 'on-failure' && end === 'failed');
  const problems: string[] = [];
  const replaced = whyLeft(options);
  if (replaced !== undefined) problems.push(replaced);
  const isOurs = replaced === undefined;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: Error) => {
      problems.push(`${what}: ${error.message}`);
    });
  };
  if (!guestIsLeft) await attempt('guest', () => leaveLibvirt(options, kept));
  if (isOurs && !kept && end === 'succeeded') await attempt('work folder', () => remove(directory.work));
  if (isOurs && !kept && end === 'failed') await attempt('files', () => removeAllButLogs(options));
  if (kept) run.reporter.notice(keptText(keptThings(options)));
  for (const problem of problems) {
    run.reporter.notice(
      `Clean-up was not complete (${problem}); the next build or \`kiln builds clean\` tries again.`,
    );
  }
  const guest = guestIsLeft ? { guestLeft: true as const } : {};
  options.claimed.left({ kept, ...guest, unclean: problems.length > 0 });
}

/** Before its folders were made, only a link can be in the place of the build's own. */
function whyLeft({ directory, claimed }: LeaveOptions): string | undefined {
  const isMade = claimed.journal
    .entries()
    .some((entry) => entry.kind === 'path' && entry.path === directory.logs);
  if (isMade) return whyReplaced(directory);
  return isReplacedByLink(directory.root) ? replacedText(directory.root) : undefined;
}

function keptThings({ run, libvirt, claimed, directory }: LeaveOptions): KeptThings {
  const domains = claimed.journal.entries().filter((entry) => entry.kind === 'domain');
  const { connection, privateDaemon } = libvirt;
  return {
    buildId: run.id,
    work: directory.work,
    logs: directory.logs,
    domains: [...new Set(domains.map(({ name }) => name))],
    uri: connection.uri,
    privateDaemon,
  };
}

/** @throws HostError that names what stays at a libvirt that is gone */
async function leaveLibvirt(options: LeaveOptions, kept: boolean): Promise<void> {
  const { connection } = options.libvirt;
  try {
    await leaveAt(connection, options, kept);
  } catch (error) {
    if (!isLibvirtLost(error)) throw error;
    await leaveAnew(options, kept);
  }
}

/** Its daemon may be back, and Kiln's own is started anew. */
async function leaveAnew(options: LeaveOptions, kept: boolean): Promise<void> {
  const { run, claimed } = options;
  const [first, ...rest] = ownedAtLibvirt(claimed.journal.entries());
  if (first === undefined) return;
  const { places, env } = run.context;
  try {
    const libvirt = await libvirtOf(first, { places, env, logger: run.logger });
    await leaveAt(libvirt.connection, options, kept).finally(() => libvirt.close());
  } catch (error) {
    // How libvirt was lost, the error that ends the build says already.
    if (!isAway(error)) throw error;
    const names = [first, ...rest].map((entry) => titleOf(entry)).join(', ');
    const message = `libvirt (${first.uri}) is gone, so there may still be ${names}`;
    throw new HostError(error.code, message, { cause: error });
  }
}

const isAway = (error: unknown): error is HostError =>
  error instanceof HostError && error.code.startsWith('host.libvirt-');

async function leaveAt(
  connection: LibvirtConnection,
  { claimed, run }: LeaveOptions,
  kept: boolean,
): Promise<void> {
  const owned = ownedAtLibvirt(claimed.journal.entries());
  for (const entry of owned) {
    await whileRemoving(entry, async () => {
      const theirs = await whatIsTheirs(connection, entry, { id: run.id, owned });
      if (theirs !== undefined) run.reporter.notice(`Left alone: ${theirs.what}: ${theirs.why}.`);
      else if (await isStillOwn(connection, entry, run.id)) await leaveOne(connection, entry, run, kept);
    });
  }
  if (!kept) await removeQemuLogs(owned, { id: run.id, env: run.context.env });
}

async function leaveOne(
  connection: LibvirtConnection,
  entry: JournalDomain | JournalStorage,
  run: BuildRun,
  kept: boolean,
): Promise<void> {
  if (!kept) {
    const isGone = await removeOwn(connection, entry);
    if (!isGone && entry.kind === 'storage') await passOnPool(run.context.places.state, run.id, entry);
  } else if (entry.kind === 'domain') await connection.destroy(entry.uuid);
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** A build that failed before a guest said anything leaves nothing worth reading either, unless the guest may still say it. */
async function removeAllButLogs({ run, directory, claimed, needsLogs = false }: LeaveOptions): Promise<void> {
  const logs = resolve(directory.logs);
  const { owned } = ownedPaths({ id: run.id, directory: directory.root }, claimed.journal.entries());
  const said = await Promise.all([directory.serialLog, directory.bootCheckLog].map(sizeOf));
  // Otherwise it came to nothing before the folder was its own.
  const madeLogs =
    owned.some(({ path }) => path === logs) && !isAnothers(await ownerOfLogs(directory), run.id);
  const keepsLogs = madeLogs && (needsLogs || said.some((size) => size > 0));
  if (madeLogs && !keepsLogs) await removeLogs(directory);
  const keepsFiles = isAnothers((await deliveredIn(directory.root))?.buildId, run.id);
  for (const { path, kind } of owned.toReversed()) {
    if (kind === 'tree' && path !== logs) await remove(path);
    if (kind === 'file' && !keepsFiles) await rm(path, { force: true });
  }
  if (!keepsLogs && owned.some(({ kind }) => kind === 'folder')) await removeIfEmpty(directory.root);
}

async function removeLogs(directory: BuildDirectory): Promise<void> {
  await remove(directory.logs);
  await restoreLogs(directory);
}
