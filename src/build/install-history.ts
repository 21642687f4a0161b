import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../artifact/write-file-atomically.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { EarlierInstall } from './estimate.ts';

/** The newest installs of each template and accelerator are remembered. */
const KEPT = 5;

/** Times of earlier installs, from which the next ones tell how long they will take. */
export const historyFolder = (stateDir: string): string => join(stateDir, 'history');

const pathOf = (stateDir: string, { name, accelerator }: Pick<BuildPlan, 'name' | 'accelerator'>): string =>
  join(historyFolder(stateDir), `${name}.${accelerator}.json`);

/** Earlier installs that ended well, oldest first. What cannot be read counts as none: it only serves estimates. */
export async function readHistory(stateDir: string, plan: BuildPlan): Promise<readonly EarlierInstall[]> {
  try {
    const value: unknown = JSON.parse(await readFile(pathOf(stateDir, plan), 'utf8'));
    return Array.isArray(value) ? value.filter(isInstall) : [];
  } catch {
    return [];
  }
}

export async function addToHistory(
  stateDir: string,
  plan: BuildPlan,
  install: EarlierInstall,
): Promise<void> {
  const path = pathOf(stateDir, plan);
  await makeFolder(historyFolder(stateDir), 0o700);
  const installs = [...(await readHistory(stateDir, plan)), install].slice(-KEPT);
  await writeFileAtomically(path, `${JSON.stringify(installs)}\n`);
}

function isInstall(value: unknown): value is EarlierInstall {
  if (typeof value !== 'object' || value === null) return false;
  const { seconds, phases } = value as { seconds?: unknown; phases?: unknown };
  return (
    typeof seconds === 'number' &&
    Array.isArray(phases) &&
    phases.every(
      (span) =>
        typeof span?.phase === 'string' &&
        [span.at, span.seconds, span.longestIdle].every((number) => typeof number === 'number'),
    )
  );
}
