import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { probeAccelerator } from '../../../src/host/probe-accelerator.ts';
import type { PayloadRun } from '../../../src/host/run-payload.ts';

let folder: string;
let kvmDevice: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-accelerator-'));
  kvmDevice = join(folder, 'kvm');
  await writeFile(kvmDevice, '');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Probes with a payload that ends as told; counts how often it was run. */
function probing(run: PayloadRun, device = kvmDevice) {
  const count = { runs: 0 };
  const probe = () =>
    probeAccelerator({
      emulator: process.execPath,
      cacheDir: join(folder, 'cache'),
      logger: silentLogger,
      kvmDevice: device,
      run: async () => {
        count.runs += 1;
        return run;
      },
    });
  return { probe, count };
}

const EVERYTHING = [...'rpltmsuw'];

it('uses KVM when the payload ran through, and remembers it', async () => {
  const { probe, count } = probing({ worked: true, reached: EVERYTHING });
  expect(await probe()).toMatchObject({ use: 'kvm', kvmPresent: true });
  expect(await probe()).toMatchObject({ use: 'kvm', kvmPresent: true });
  expect(count.runs).toBe(1);
});

it('emulates when the payload got stuck, says where, and remembers it', async () => {
  const { probe, count } = probing({ worked: false, reached: [...'rplt'], complaint: 'KVM internal error' });
  const facts = await probe();
  expect(facts).toMatchObject({ use: 'tcg', kvmPresent: true });
  expect(facts.why).toContain('model-specific registers');
  expect(facts.why).toContain('KVM internal error');
  expect(await probe()).toEqual(facts);
  expect(count.runs).toBe(1);
});

it('emulates without running anything where there is no KVM', async () => {
  const { probe, count } = probing({ worked: true, reached: EVERYTHING }, join(folder, 'absent'));
  expect(await probe()).toMatchObject({ use: 'tcg', kvmPresent: false });
  expect(count.runs).toBe(0);
});

it('emulates when the device cannot be opened', async () => {
  // A folder cannot be opened for writing by anybody, root included.
  const { probe, count } = probing({ worked: true, reached: EVERYTHING }, folder);
  expect(await probe()).toMatchObject({ use: 'tcg', kvmPresent: true });
  expect(count.runs).toBe(0);
});

it('probes again when the remembered answer is damaged', async () => {
  const { probe, count } = probing({ worked: true, reached: EVERYTHING });
  await probe();
  await writeFile(join(folder, 'cache/host/accelerator.json'), '{"key":');
  expect(await probe()).toMatchObject({ use: 'kvm' });
  expect(count.runs).toBe(2);
});
