import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseOwnInput } from '../../../src/build/refuse-overwriting.ts';

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
