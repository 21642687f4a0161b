import { locateSettings } from '../install-script/locate-settings.ts';
import type { InjectionMethod } from '../spec/build-spec.ts';
import type { Explanation } from '../watch/install-outcome.ts';
import type { ScriptToMend } from './mend-script.ts';

type Work = {
  readonly settings: readonly string[];
  /** Handed over otherwise, the installer does not have the script yet. */
  readonly inject?: InjectionMethod;
};

/** Phases (progress.ts) in which an installer runs these commands of a script, and nothing else of it. */
const WORK: Readonly<Record<string, Work>> = {
  // debian-installer says nothing between its start and its first step (fixtures/consoles/di-prompt-early-command-failed.txt).
  'Starting the installer': { settings: ['preseed/early_command'], inject: 'initrd' },
  'Running pre-installation scripts': { settings: ['%pre'] },
  'Running post-installation scripts': { settings: ['%post'] },
};

/** What of the script is at work in a phase, where the script has any of it. */
export function commandsAtWork(
  { original, kind, inject }: ScriptToMend,
  phase: string | undefined,
): Explanation['mend'] {
  const work = WORK[phase ?? ''];
  if (work === undefined || (work.inject !== undefined && work.inject !== inject)) return undefined;
  const { settings } = work;
  return locateSettings(original, kind, settings).length === 0 ? undefined : { settings };
}
