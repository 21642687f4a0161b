import {
  DefaultRenderer,
  Listr,
  ListrLogger,
  type ListrTaskWrapper,
  ProcessOutput,
  type SimpleRenderer,
} from 'listr2';
import { type BuildEvent, STAGE_TITLES, STAGES, type StageName } from '../build/build-events.ts';
import { formatDuration } from '../foundation/duration.ts';
import type { BuildRenderer } from './build-renderer.ts';
import { progressText } from './event-text.ts';
import type { Output } from './output.ts';
import { safeBlock, safeLine } from './safe-text.ts';

/** listr2 asks `process.stdout` whether it is a terminal; our caller has decided that already, for its own streams. */
class TerminalRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

type Task = ListrTaskWrapper<unknown, typeof TerminalRenderer, typeof SimpleRenderer>;
type StageEnd = { readonly kind: 'done' | 'failed' } | { readonly kind: 'skipped'; readonly why: string };

/** One stage: what is known of it, kept until listr2 reaches its task (conversion starts while earlier stages still run). */
type StageView = {
  readonly stage: StageName;
  startedAt?: number;
  detail: string;
  ending: string;
  notices: string[];
  task?: Task;
  readonly end: Promise<StageEnd>;
  readonly finish: (end: StageEnd) => void;
};

/** The stages of a build as a list on a terminal, the running one with the installer's phase, percentage and elapsed time. */
export function buildProgress(out: Output, err: Output, now: () => number = Date.now): BuildRenderer {
  const views = new Map(STAGES.map((stage) => [stage, newView(stage)]));
  const list = new Listr(
    [...views.values()].map((view) => ({
      title: STAGE_TITLES[view.stage],
      task: (_: unknown, task: Task) => runTask(view, task, now),
      rendererOptions: { persistentOutput: true, outputBar: Number.POSITIVE_INFINITY },
    })),
    {
      renderer: TerminalRenderer,
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: {
        collapseSkips: true,
        showErrorMessage: false,
        formatOutput: 'wrap',
        logger: new ListrLogger({
          useIcons: true,
          toStderr: [],
          processOutput: new ProcessOutput(out.stream, err.stream),
        }),
      },
    },
  );
  const running = list.run();
  const clock = setInterval(() => {
    for (const view of views.values()) refresh(view, now);
  }, 1000);
  clock.unref();

  return {
    show: (event) => applyEvent(event, views, now),
    say: (line) => addNotice(views, line),
    close: async (goesOn) => {
      clearInterval(clock);
      const open: StageEnd =
        goesOn === undefined ? { kind: 'failed' } : { kind: 'skipped', why: 'goes on without this view' };
      const waiting: StageEnd = { kind: 'skipped', why: goesOn === undefined ? 'not reached' : 'to come' };
      for (const view of views.values()) view.finish(view.startedAt === undefined ? waiting : open);
      await running;
    },
  };
}

function newView(stage: StageName): StageView {
  const { promise, resolve } = deferred<StageEnd>();
  return { stage, detail: '', ending: '', notices: [], end: promise, finish: resolve };
}

async function runTask(view: StageView, task: Task, now: () => number): Promise<void> {
  view.task = task;
  for (const notice of view.notices) task.output = notice;
  refresh(view, now);
  const end = await view.end;
  refresh(view, now);
  if (end.kind === 'skipped') task.skip(`${STAGE_TITLES[view.stage]}: ${end.why}`);
  if (end.kind === 'failed') throw new Error(`${STAGE_TITLES[view.stage]} failed`);
}

function applyEvent(event: BuildEvent, views: ReadonlyMap<StageName, StageView>, now: () => number): void {
  if (event.type === 'notice') addNotice(views, safeBlock(event.message));
  const view = 'stage' in event ? views.get(event.stage) : undefined;
  if (view === undefined) return;
  switch (event.type) {
    case 'stage-started':
      view.startedAt = event.at;
      break;
    case 'stage-progress':
      view.detail = progressText(event);
      break;
    case 'stage-skipped':
      view.finish({ kind: 'skipped', why: safeLine(event.why) });
      break;
    case 'stage-finished':
      view.ending = `${formatDuration(event.seconds)}${event.note === undefined ? '' : `; ${safeLine(event.note)}`}`;
      view.finish({ kind: 'done' });
      break;
    case 'stage-failed':
      view.ending = `failed after ${formatDuration(event.seconds)}`;
      view.finish({ kind: 'failed' });
      break;
  }
  refresh(view, now);
}

/** Notices stay on screen under the stage they came in. */
function addNotice(views: ReadonlyMap<StageName, StageView>, text: string): void {
  const all = [...views.values()];
  const view = all.findLast(({ startedAt, ending }) => startedAt !== undefined && ending === '') ?? all[0];
  view?.notices.push(text);
  if (view?.task) view.task.output = text;
}

function refresh(view: StageView, now: () => number): void {
  if (view.task === undefined) return;
  const title = STAGE_TITLES[view.stage];
  if (view.ending !== '') view.task.title = `${title} (${view.ending})`;
  else if (view.startedAt !== undefined) {
    const elapsed = formatDuration((now() - view.startedAt) / 1000);
    view.task.title = `${title}${view.detail === '' ? '' : `: ${view.detail}`} [${elapsed}]`;
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
