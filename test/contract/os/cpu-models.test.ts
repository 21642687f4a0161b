import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { featuresOfLevel, levelOfModel } from '../../../src/os/cpu-level.ts';
import { CPU_LEVELS } from '../../../src/os/operating-system.ts';

type Answer = { readonly return?: unknown; readonly error?: unknown };

/** QEMU without a machine, asked over QMP. */
async function withQmp<T>(work: (ask: (execute: string, args?: object) => Promise<unknown>) => Promise<T>) {
  const qemu = spawn('qemu-system-x86_64', [
    '-M',
    'none',
    '-accel',
    'tcg',
    '-nodefaults',
    '-display',
    'none',
    '-qmp',
    'stdio',
  ]);
  const lines = createInterface({ input: qemu.stdout })[Symbol.asyncIterator]();
  const ask = async (execute: string, args: object = {}): Promise<unknown> => {
    qemu.stdin.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    for (;;) {
      const answer = JSON.parse((await lines.next()).value) as Answer;
      if ('return' in answer || 'error' in answer) return answer.return;
    }
  };
  try {
    await lines.next();
    await ask('qmp_capabilities');
    return await work(ask);
  } finally {
    qemu.kill();
  }
}

const QEMU_NAMES: Readonly<Record<string, string>> = { pni: 'sse3', lahf_lm: 'lahf-lm' };

it("the levels of CPU models are those of this host's QEMU", async () => {
  const wrong = await withQmp(async (ask) => {
    const models = (await ask('query-cpu-definitions')) as { name: string }[];
    const found: string[] = [];
    for (const { name } of models.filter((model) => !['host', 'max', 'base'].includes(model.name))) {
      const expanded = (await ask('query-cpu-model-expansion', { type: 'full', model: { name } })) as {
        model: { props: Record<string, unknown> };
      };
      const has = (feature: string): boolean => expanded.model.props[QEMU_NAMES[feature] ?? feature] === true;
      const level = CPU_LEVELS.filter((each) => featuresOfLevel(each).every(has)).at(-1) ?? '32-bit';
      const ours = levelOfModel(name);
      // A model newer than the table is unknown to it, which is no mistake.
      if (ours !== undefined && ours !== level) found.push(`${name}: QEMU says ${level}, the table ${ours}`);
    }
    expect(models.length).toBeGreaterThan(30);
    return found;
  });
  expect(wrong).toEqual([]);
});
