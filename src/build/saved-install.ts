import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../artifact/write-file-atomically.ts';
import { READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import type { CompletedInstall } from '../watch/install-outcome.ts';
import type { BuildRequest } from './build-context.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { BuildRecord } from './build-records.ts';
import type { Decision } from './decide-plan.ts';
import type { InstallDomain } from './install-domain.ts';
import type { StageSeconds } from './stage-reporter.ts';

/**
 * All that another process needs to go on with a started install. It lies in the work folder, which nobody else may enter and which is
 * gone after the build: the rendered script is among it.
 */
export type SavedInstall = Decision & {
  readonly request: BuildRequest;
  readonly cwd: string;
  readonly media: ResolvedMedia;
  readonly domain: InstallDomain;
  /** Where the installer sends its log. */
  readonly syslogPort?: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What the stages until then took. */
  readonly stageSeconds: StageSeconds;
  /** How the install ended, once it has ended well: nothing is left to watch. */
  readonly completed?: CompletedInstall;
};

/** Another form is another Kiln's, which knows what it meant. */
const FORM = 1;

export async function saveInstall(directory: BuildDirectory, install: SavedInstall): Promise<void> {
  const text = `${JSON.stringify({ form: FORM, ...install })}\n`;
  await writeFileAtomically(directory.savedInstall, text, 0o600);
}

/** Nothing to do where the install is one that no other process could go on with. */
export async function saveCompleted(
  directory: BuildDirectory,
  end: Required<Pick<SavedInstall, 'completed' | 'stageSeconds'>>,
): Promise<void> {
  const saved = await readSavedInstall(directory);
  if (saved !== undefined) await saveInstall(directory, { ...saved, ...end });
}

/** undefined when the build did not get as far, its work folder is gone, or the file was damaged since. */
export async function readSavedInstall(directory: BuildDirectory): Promise<SavedInstall | undefined> {
  const text = await readFile(directory.savedInstall, READ_AT_ONCE).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const saved = parseJson(text) as (SavedInstall & { readonly form?: number }) | undefined;
  if (saved?.form !== FORM || !isWhole(saved)) return undefined;
  const { form: _, ...install } = saved;
  return install;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is looked at before the guest is found to be the build's own. */
function isWhole({ plan, domain, startedAt }: Partial<SavedInstall>): boolean {
  return (
    typeof plan?.limits?.totalSeconds === 'number' &&
    typeof domain?.uuid === 'string' &&
    typeof startedAt === 'number'
  );
}

/** Whether an interrupted install is still within its time: after that nobody waits for it any more. */
export function isInTime({ plan, startedAt }: SavedInstall, now: number): boolean {
  return now - startedAt < plan.limits.totalSeconds * 1000;
}

export const isInterrupted = ({ status }: BuildRecord): boolean => status === 'interrupted';
