import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import type { DomainEvent, LibvirtConnection } from '../libvirt/libvirt.ts';
import type { ConsoleMemory } from './console-memory.ts';
import type { Evidence, InstallOutcome } from './install-outcome.ts';
import type { Verdict } from './judge-install.ts';
import { saveScreenshot } from './screenshot.ts';

export type EvidenceSource = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  readonly serialLog: string;
  readonly console: ConsoleMemory;
  readonly lifecycle: readonly DomainEvent[];
  /** A guest that has gone has no screen. */
  readonly isRunning: boolean;
  readonly screenshotPath?: string;
  /** Asked before it is written. */
  readonly mayWrite?: () => boolean;
  /** Rebuilds the screen of the serial console. */
  readonly look?: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** A hung QEMU must not keep its own post-mortem waiting. */
const SCREENSHOT_MS = 5000;

export async function outcomeOf(verdict: Verdict, source: EvidenceSource): Promise<InstallOutcome> {
  return verdict.kind === 'completed' ? verdict : { ...verdict, evidence: await gatherEvidence(source) };
}

export async function gatherEvidence(source: EvidenceSource): Promise<Evidence> {
  const screenshot = await tryScreenshot(source);
  const phase = source.console.progress()?.phase;
  const question = source.console.question();
  const screen = await source.look?.();
  return {
    consoleTail: source.console.tail(),
    lifecycle: [...source.lifecycle],
    serialLog: source.serialLog,
    ...(phase === undefined ? {} : { phase }),
    ...(question === undefined ? {} : { question }),
    ...(screen === undefined ? {} : { screen }),
    ...(screenshot === undefined ? {} : { screenshot }),
  };
}

/** Best effort: the verdict stands without a picture. */
async function tryScreenshot(source: EvidenceSource): Promise<string | undefined> {
  const { connection, uuid, screenshotPath, isRunning, clock, logger } = source;
  if (screenshotPath === undefined || !isRunning || source.mayWrite?.() === false) return undefined;
  const enough = new AbortController();
  const tooLong = clock.sleep(SCREENSHOT_MS, enough.signal).then(
    () => 'took too long',
    () => undefined,
  );
  const saved = saveScreenshot(connection, uuid, screenshotPath).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const problem = await Promise.race([saved, tooLong]);
  enough.abort();
  if (problem === undefined) return screenshotPath;
  logger.warn(`No screenshot of the guest: ${problem}`);
  return undefined;
}
