import { type BuildEvent, STAGE_TITLES, type StageName } from '../build/build-events.ts';
import { formatDuration } from '../foundation/duration.ts';
import type { BuildRenderer } from './build-renderer.ts';
import { phaseOf, progressText } from './event-text.ts';
import type { Output } from './output.ts';
import { safeBlock, safeLine } from './safe-text.ts';

type ProgressEvent = Extract<BuildEvent, { type: 'stage-progress' }>;

/** Between two progress lines of one phase, unless it advanced this far. */
const PROGRESS_EVERY_MS = 10_000;
const PROGRESS_EVERY_PERCENT = 10;
/** Installers that rush through their phases get one line in this time. */
const PHASE_EVERY_MS = 1000;

type Shown = { readonly at: number; readonly phase: string; readonly percent: number; readonly text: string };

/**
 * Lines for a log file, a pipe or `--verbose`: when a stage starts and ends, its phases, and now and then how far it is.
 * @param options `inOrder: false` tells everything at once, for callers with an order of their own
 */
export function plainRenderer(
  out: Pick<Output, 'write'>,
  options: { readonly inOrder: boolean } = { inOrder: true },
): BuildRenderer {
  let started: number | undefined;
  const shown = new Map<StageName, Shown>();
  const heldBack = new Map<StageName, ProgressEvent>();

  const line = (at: number, text: string): void => {
    started ??= at;
    out.write(`[${formatDuration((at - started) / 1000)}] ${text}\n`);
  };

  const printProgress = (event: ProgressEvent, at: number): void => {
    heldBack.delete(event.stage);
    const text = progressText(event);
    if (shown.get(event.stage)?.text === text) return;
    shown.set(event.stage, { at, text, phase: phaseOf(event.detail), percent: event.percent ?? 0 });
    line(at, `${STAGE_TITLES[event.stage]}: ${text}`);
  };

  const flush = (stage: StageName, at: number): void => {
    const held = heldBack.get(stage);
    if (held && shown.get(stage)?.phase !== phaseOf(held.detail)) printProgress(held, at);
    heldBack.delete(stage);
  };

  const onProgress = (event: ProgressEvent): void => {
    if (isDue(event, shown.get(event.stage))) printProgress(event, event.at);
    else heldBack.set(event.stage, event);
  };

  let installs = false;
  const afterInstall: [stage: StageName, text: string][] = [];
  const ended = (stage: StageName, at: number, text: string): void => {
    flush(stage, at);
    // The disk is verified and converted while libvirt still takes the guest down, which belongs to the install.
    if (installs && stage !== 'install') {
      afterInstall.push([stage, text]);
      return;
    }
    line(at, `${STAGE_TITLES[stage]}: ${text}`);
    if (stage !== 'install') return;
    installs = false;
    for (const [held, its] of afterInstall.splice(0)) line(at, `${STAGE_TITLES[held]}: ${its}`);
  };

  return {
    say: (text) => out.write(`${text}\n`),
    close: async () => {},
    show: (event) => {
      switch (event.type) {
        case 'build-started':
          return line(
            event.at,
            `Build ${safeLine(event.buildId)} of ${safeLine(event.name)} in ${safeLine(event.directory)}`,
          );
        case 'stage-started':
          installs ||= options.inOrder && event.stage === 'install';
          return line(event.at, `${STAGE_TITLES[event.stage]} …`);
        case 'stage-progress':
          return onProgress(event);
        case 'stage-skipped':
          return line(event.at, `${STAGE_TITLES[event.stage]}: skipped, ${safeLine(event.why)}`);
        case 'stage-finished': {
          const note = event.note === undefined ? '' : `; ${safeLine(event.note)}`;
          return ended(event.stage, event.at, `done in ${formatDuration(event.seconds)}${note}`);
        }
        case 'stage-failed':
          return ended(event.stage, event.at, `failed after ${formatDuration(event.seconds)}`);
        case 'notice':
          return line(event.at, `Note: ${safeBlock(event.message)}`);
        case 'build-finished':
        case 'build-failed':
          return;
      }
    },
  };
}

function isDue(event: ProgressEvent, last: Shown | undefined): boolean {
  if (last === undefined) return true;
  const elapsed = event.at - last.at;
  if (last.phase !== phaseOf(event.detail)) return elapsed >= PHASE_EVERY_MS;
  return elapsed >= PROGRESS_EVERY_MS || (event.percent ?? 0) - last.percent >= PROGRESS_EVERY_PERCENT;
}
