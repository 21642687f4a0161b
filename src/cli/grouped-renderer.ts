import { type BuildEvent, STAGE_TITLES, type StageName } from '../build/build-events.ts';
import type { BuildRenderer } from './build-renderer.ts';
import type { CiService } from './ci-service.ts';
import type { Output } from './output.ts';
import { plainRenderer } from './plain-renderer.ts';
import { safeText } from './safe-text.ts';

type Held = { readonly stage: StageName; startedAt: number; text: string; endedAt?: number };

/**
 * Plain lines, folded by stage as the CI service does it. Stages overlap (conversion starts while the disk is verified) and groups may
 * not, so the lines of a later stage wait until the one before it has ended.
 */
export function groupedRenderer(out: Pick<Output, 'write' | 'writeRaw'>, ci: CiService): BuildRenderer {
  const stages: Held[] = [];
  let current: StageName | undefined;
  let isOpen = false;

  const take = (text: string): void => {
    const held = stages.find(({ stage }) => stage === current);
    if (held === undefined || held === stages[0]) out.write(text);
    else held.text += text;
  };
  const lines = plainRenderer({ write: take }, { inOrder: false });

  /** Opens the first stage's group and closes those that have ended. */
  const advance = (): void => {
    for (;;) {
      const [first] = stages;
      if (first === undefined) return;
      if (!isOpen) {
        out.writeRaw(ci.begin(first.stage, STAGE_TITLES[first.stage], first.startedAt));
        out.write(first.text);
      }
      isOpen = true;
      if (first.endedAt === undefined) return;
      out.writeRaw(ci.end(first.stage, first.endedAt));
      stages.shift();
      isOpen = false;
    }
  };
  const begin = (stage: StageName, at: number): void => {
    const again = stages.find((held) => held.stage === stage);
    if (again === undefined) stages.push({ stage, startedAt: at, text: '' });
    else delete again.endedAt;
    advance();
  };
  const end = (stage: StageName, at: number): void => {
    const held = stages.find((one) => one.stage === stage);
    if (held !== undefined) held.endedAt = at;
    advance();
  };
  const close = (at: number): void => {
    for (const held of stages) held.endedAt ??= at;
    advance();
  };

  return {
    say: (line) => out.write(`${line}\n`),
    close: async () => {
      close(Date.now());
      await lines.close();
    },
    show: (event: BuildEvent) => {
      if (event.type === 'stage-started') begin(event.stage, event.at);
      current = 'stage' in event ? event.stage : undefined;
      lines.show(event);
      if (event.type === 'stage-finished' || event.type === 'stage-failed') end(event.stage, event.at);
      if (event.type !== 'build-failed') return;
      close(event.at);
      out.writeRaw(ci.failure(event.code, safeText(event.message)));
    },
  };
}
