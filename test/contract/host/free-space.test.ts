import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { roomAt } from '../../../src/host/free-space.ts';

test.each(['/proc', '/sys'])('%s has room for no file, whatever root may write there', async (folder) => {
  expect((await roomAt(join(folder, 'x.qcow2'))).refusal).toContain('of the kernel');
});

test('what is on one file system has one room, also where nothing is yet', async () => {
  const [here, below] = await Promise.all([tmpdir(), join(tmpdir(), 'kiln-nothing', 'x')].map(roomAt));
  expect(here?.id).toBe(below?.id);
  expect(here).not.toHaveProperty('refusal');
});
