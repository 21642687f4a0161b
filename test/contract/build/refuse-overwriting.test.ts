import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  refuseForeignFiles,
  refuseForeignLogs,
  refuseOwnInput,
} from '../../../src/build/refuse-overwriting.ts';

let folder: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-refuse-overwriting-'));
  output = join(folder, 'out');
  mkdirSync(join(output, 'logs'), { recursive: true });
  for (const path of ['out/app.qcow2', 'out/logs/app.qcow2', 'mine.qcow2'])
    writeFileSync(join(folder, path), 'x');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('an image to import', () => {
  const refuse = (from: string): Promise<void> => refuseOwnInput(output, [{ kind: 'import', from }]);

  it.each(['out/app.qcow2', 'out/logs/app.qcow2'])('may not lie in the output folder: %s', async (name) => {
    const from = join(folder, name);
    await expect(refuse(from)).rejects.toMatchObject({
      code: 'output.is-input',
      message: expect.stringContaining(from),
    });
  });

  it('may not lie there by a link either', async () => {
    symlinkSync(join(output, 'app.qcow2'), join(folder, 'link'));
    linkSync(join(output, 'app.qcow2'), join(folder, 'hard'));
    for (const name of ['link', 'hard'])
      await expect(refuse(join(folder, name)), name).rejects.toMatchObject({ code: 'output.is-input' });
    symlinkSync(join(folder, 'mine.qcow2'), join(output, 'link'));
    await expect(refuse(join(folder, 'mine.qcow2'))).rejects.toMatchObject({ code: 'output.is-input' });
  });

  it('may lie anywhere else, and the folder need not be there', async () => {
    await refuse(join(folder, 'mine.qcow2'));
    await refuseOwnInput(join(folder, 'new'), [{ kind: 'import', from: join(folder, 'mine.qcow2') }]);
  });
});

describe('what --force replaces', () => {
  const plan = { name: 'app', outputs: [{ format: 'qcow2' }] } as const;
  const manifest = (file: string): void =>
    writeFileSync(
      join(output, 'manifest.json'),
      JSON.stringify({ buildId: 'aaaa0000', outputs: [{ file }] }),
    );

  it('are no files that no build made', async () => {
    await expect(refuseForeignFiles(output, plan)).rejects.toMatchObject({
      code: 'output.exists',
      message: expect.stringContaining(join(output, 'app.qcow2')),
    });
    manifest('other.qcow2');
    await expect(refuseForeignFiles(output, plan)).rejects.toMatchObject({ code: 'output.exists' });
    await refuseForeignFiles(output, { ...plan, name: 'new' });
    manifest('app.qcow2');
    await refuseForeignFiles(output, plan);
  });

  it('are no logs that no build wrote', async () => {
    await expect(refuseForeignLogs(output)).rejects.toMatchObject({
      code: 'output.exists',
      message: expect.stringContaining(join(output, 'logs')),
    });
    rmSync(join(output, 'logs', 'app.qcow2'));
    await refuseForeignLogs(output);
    writeFileSync(join(output, 'logs', 'serial.log'), 'x');
    writeFileSync(join(output, 'logs', 'plan.json'), '{}');
    await refuseForeignLogs(output);
    await refuseForeignLogs(join(folder, 'new'));
  });
});
