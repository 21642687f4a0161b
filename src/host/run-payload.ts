import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { writeFile } from '../foundation/write-file.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { PAYLOAD_ANSWER, PAYLOAD_STEPS, payloadImage } from './accelerator-payload.ts';

export type PayloadRun = {
  readonly worked: boolean;
  /** Letters of PAYLOAD_STEPS the guest reached. */
  readonly reached: readonly string[];
  /** QEMU's own words, when it ended by itself or complained. */
  readonly complaint?: string;
};

export type PayloadOptions = {
  readonly emulator: string;
  /** Where the payload is written; always the same bytes, so it may stay. */
  readonly folder: string;
  /** `kvm`, or `tcg` to see that the payload itself is sound. */
  readonly accelerator: 'kvm' | 'tcg';
  /** As QEMU's -cpu takes it. */
  readonly cpu: string;
  /** For the whole run, and without a new step. */
  readonly deadlineMs: number;
  readonly stallMs: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

/** isa-debug-exit ends QEMU with (value << 1) | 1; the payload writes 0x10. */
const EXIT_PORT = 'isa-debug-exit,iobase=0xf4,iosize=1';

/**
 * Starts the payload as firmware of an otherwise empty machine and follows how far it comes.
 * @throws CancelledError when `signal` ended it
 */
export async function runPayload(options: PayloadOptions): Promise<PayloadRun> {
  const image = await writePayload(options.folder).catch(() => undefined);
  if (image !== undefined) return followPayload(options, image);
  // Whoever remembers the answer there tells why it could not be written; the question itself can be asked from anywhere.
  const folder = await mkdtemp(join(tmpdir(), 'kiln-payload-'));
  try {
    return await followPayload(options, await writePayload(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writePayload(folder: string): Promise<string> {
  const image = join(folder, 'accelerator-payload.bin');
  await makeFolder(folder);
  // Another Kiln may just be reading it.
  const draft = `${image}.${process.pid}`;
  await writeFile(draft, payloadImage());
  await rename(draft, image);
  return image;
}

function payloadArgs({ accelerator, cpu }: PayloadOptions, image: string): string[] {
  const machine = ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-m', '32M'];
  const guest = ['-machine', 'q35', '-accel', accelerator, '-cpu', cpu, '-bios', image];
  return [...machine, ...guest, '-debugcon', 'stdio', '-device', EXIT_PORT];
}

async function followPayload(options: PayloadOptions, image: string): Promise<PayloadRun> {
  const lines: string[] = [];
  const stalled = new AbortController();
  const deadline = setTimeout(() => stalled.abort(), options.deadlineMs);
  let nextStep: NodeJS.Timeout | undefined;
  const onLine = (line: string): void => {
    lines.push(line.trim());
    clearTimeout(nextStep);
    nextStep = setTimeout(() => stalled.abort(), options.stallMs);
  };
  let complaint: string | undefined;
  try {
    const signals = options.signal ? [stalled.signal, options.signal] : [stalled.signal];
    const signal = AbortSignal.any(signals);
    // A guest stuck on a broken KVM never ends by itself; timeout(1) ends it even when Kiln is killed meanwhile.
    const limit = String(Math.ceil(options.deadlineMs / 1000) + 1);
    const command = ['--kill-after=1', limit, options.emulator, ...payloadArgs(options, image)];
    await runCommand('timeout', command, {
      signal,
      onLine,
      ...(options.logger ? { logger: options.logger } : {}),
    });
  } catch (error) {
    // Neither is a surprise: isa-debug-exit always ends QEMU with an odd code, and a stalled guest is what we look for.
    if (error instanceof CommandError) complaint = firstComplaint(error.stderr);
    else if (!(error instanceof CancelledError) || options.signal?.aborted) throw error;
  } finally {
    clearTimeout(deadline);
    clearTimeout(nextStep);
  }
  // An answer that came while QEMU was being ended is too late.
  const worked = !stalled.signal.aborted && lines.includes(PAYLOAD_ANSWER);
  const reached = lines.filter((line) => line in PAYLOAD_STEPS);
  return { worked, reached, ...(complaint === undefined ? {} : { complaint }) };
}

/** The first line that is not a mere warning: what follows is a dump of registers. */
function firstComplaint(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !/\bwarning:/.test(line));
}
