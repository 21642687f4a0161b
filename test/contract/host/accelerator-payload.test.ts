import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/foundation/errors.ts';
import { PAYLOAD_STEPS, payloadCode, payloadImage } from '../../../src/host/accelerator-payload.ts';
import { runPayload } from '../../../src/host/run-payload.ts';
import { runCommand } from '../../../src/process/run-command.ts';

const SOURCE = new URL('../../../src/host/accelerator-payload.s', import.meta.url).pathname;
const TCG = {
  emulator: 'qemu-system-x86_64',
  accelerator: 'tcg',
  deadlineMs: 50_000,
  stallMs: 20_000,
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-payload-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the payload in the source', () => {
  it('is what the assembler makes of accelerator-payload.s', async () => {
    const [object, linked, flat] = ['p.o', 'p.elf', 'p.bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await runCommand('as', ['--64', '-o', object, SOURCE]);
    await runCommand('ld', ['-m', 'elf_x86_64', '-Ttext', '0xf0000', '-o', linked, object]);
    await runCommand('objcopy', ['-O', 'binary', '-j', '.text', linked, flat]);
    const assembled = await readFile(flat);
    expect(Buffer.from(payloadCode()).toString('hex')).toBe(assembled.toString('hex'));
  });

  it('fits before the reset vector', () => {
    expect(payloadImage()).toHaveLength(65_536);
    expect(payloadCode().length).toBeLessThan(4096);
  });
});

describe('running it', () => {
  it('takes every step on a processor that works', async () => {
    const run = await runPayload({ ...TCG, folder, cpu: 'max' });
    expect(run).toEqual({ worked: true, reached: Object.keys(PAYLOAD_STEPS) });
  });

  it('does not get past what the processor lacks', async () => {
    const run = await runPayload({ ...TCG, folder, cpu: 'qemu32' });
    expect(run).toMatchObject({ worked: false, reached: ['r', 'p'] });
  });

  it('is ended when nothing new comes', async () => {
    const run = await runPayload({ ...TCG, folder, cpu: 'max', deadlineMs: 1 });
    expect(run.worked).toBe(false);
  });

  it('tells what QEMU complained of', async () => {
    const run = await runPayload({ ...TCG, folder, cpu: 'no-such-processor' });
    expect(run).toMatchObject({ worked: false, reached: [] });
    expect(run.complaint).toContain('no-such-processor');
  });

  it('is cancelled by the signal', async () => {
    const running = runPayload({ ...TCG, folder, cpu: 'max', signal: AbortSignal.abort() });
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });
});
