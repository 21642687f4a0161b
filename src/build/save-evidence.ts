import { copyInstallerLogs } from '../disk/copy-logs.ts';
import type { KilnError } from '../foundation/errors.ts';
import type { Redactor } from '../foundation/redact.ts';
import { writeFile } from '../foundation/write-file.ts';
import type { BadOutcome } from '../watch/describe-outcome.ts';
import type { Evidence } from '../watch/install-outcome.ts';
import type { WatchRecorder } from '../watch/recorder.ts';
import type { BuildDirectory } from './build-directory.ts';
import { whyReplaced } from './owned-paths.ts';
import { saveQemuLog } from './qemu-log.ts';
import { readScreenText } from './read-screen-text.ts';

/** An install that was stopped while nothing was wrong with it, as far as Kiln could tell. */
export type StoppedInstall = { readonly kind: 'cancelled'; readonly evidence: Evidence };

type EvidenceOptions = {
  readonly directory: BuildDirectory;
  readonly outcome: BadOutcome | StoppedInstall;
  /** What could not be saved, and why; the error that ended the build stays the one that is told. */
  readonly onProblem: (problem: string) => void;
};

export type VerdictOptions = EvidenceOptions & {
  readonly error: KilnError;
  readonly recorder: WatchRecorder;
  /** Hides secrets in the names of phases, which the guest gives. */
  readonly redact: Redactor;
};

export type RestOptions = EvidenceOptions & {
  /** libvirt's name of the install domain, after which QEMU's log is named. */
  readonly domain: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nobody writes to the disk any more, so its files can be read. */
  readonly guestIsOff: boolean;
};

/** Puts what was seen of a failed or stopped install beside its serial log (docs/watching.md, "Evidence"). */
export async function saveVerdict(options: VerdictOptions): Promise<void> {
  const { directory, outcome, error, recorder, redact } = options;
  const { evidence, ...verdict } = outcome;
  const failure = {
    code: error.code,
    message: error.message,
    script: error.details.script ?? [],
    ...verdict,
    phase: evidence.phase,
    question: evidence.question,
    consoleTail: evidence.consoleTail,
  };
  await saveEach(options, [
    ['failure.json', () => writeJson(directory.failure, failure)],
    ['timeline.json', () => writeTimeline(directory, recorder, redact)],
    ['counters.json', () => writeJson(directory.counters, recorder.samples())],
    ['lifecycle.json', () => writeJson(directory.lifecycle, evidence.lifecycle)],
  ]);
}

/** What takes longer, or is whole only when the guest has ended: the text of its screens, QEMU's log, logs from its disk. */
export async function saveRest(options: RestOptions): Promise<void> {
  await saveEach(options, [
    ['screen.txt', () => saveScreen(options)],
    ['qemu.log', () => saveQemuLog(options.domain, options.env, options.directory.qemuLog)],
    ['installer logs', () => saveInstallerLogs(options)],
  ]);
}

type Step = readonly [what: string, work: () => Promise<unknown>];

async function saveEach({ directory, onProblem }: EvidenceOptions, steps: readonly Step[]): Promise<void> {
  const replaced = whyReplaced(directory);
  if (replaced !== undefined) return onProblem(replaced);
  const missing = new Map<string, string[]>();
  for (const [what, work] of steps) {
    await work().catch(({ message }: Error) => missing.set(message, [...(missing.get(message) ?? []), what]));
  }
  for (const [why, what] of missing) onProblem(`${what.join(', ')}: ${why}`);
}

/** The phases of an install, for `kiln builds show`. */
export async function writeTimeline(
  directory: BuildDirectory,
  recorder: WatchRecorder,
  redact: Redactor,
): Promise<void> {
  const phases = recorder.phases().map((span) => ({ ...span, phase: redact(span.phase) }));
  await writeJson(directory.timeline, phases);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The serial console's screen as rebuilt; and the text of the graphical one, where tesseract is installed. */
async function saveScreen({ directory, outcome }: EvidenceOptions): Promise<void> {
  const { screen, screenshot } = outcome.evidence;
  if (screen !== undefined && screen.length > 0)
    await writeFile(directory.screenText, `${screen.join('\n')}\n`);
  if (screenshot !== undefined) await readScreenText(screenshot, directory.screenshotText);
}

async function saveInstallerLogs({ directory, guestIsOff }: RestOptions): Promise<void> {
  if (guestIsOff) await copyInstallerLogs(directory.disk, directory.installerLogs);
}
