import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { type Logger, silentLogger } from '../../../src/foundation/logger.ts';
import { takeRecentScreens } from '../../../src/watch/recent-screens.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-screens-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function someScreens(folder: string, logger: Logger = silentLogger) {
  const connection = new FakeLibvirt();
  const { uuid } = await connection.createXml('<domain><name>x</name></domain>');
  const screens = takeRecentScreens({ connection, uuid, folder, clock: systemClock, logger, everyMs: 200 });
  await expect.poll(() => existsSync(folder) && readdirSync(folder).length).toBeGreaterThan(0);
  return screens;
}

test('a good or stopped install leaves neither screenshots nor their folder', async () => {
  const folder = join(root, 'screens');
  await (await someScreens(folder)).end('discard');
  expect(readdirSync(root)).toEqual([]);
});

test('a failed one leaves pictures', async () => {
  const folder = join(root, 'screens');
  await (await someScreens(folder)).end('keep');
  expect(readdirSync(folder).every((name) => name.endsWith('.png'))).toBe(true);
});

test('a full disk is told once and changes nothing, while they are taken and when they are kept', async () => {
  const folder = join(root, 'screens');
  const told: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void told.push(message) };
  const screens = await someScreens(folder, logger);
  const paths = (end: string) =>
    Array.from({ length: 60 }, (_, at) => join(folder, `screen-${String(at).padStart(5, '0')}s.${end}`));
  // Whatever is written there finds no space.
  for (const path of [...paths('raw'), ...paths('png')]) {
    if (!existsSync(path)) symlinkSync('/dev/full', path);
  }
  await expect.poll(() => told.length, { timeout: 5000 }).toBe(1);
  for (const path of paths('raw')) {
    rmSync(path, { force: true });
    writeFileSync(path, 'P6\n1 1\n255\n\0\0\0');
  }
  await screens.end('keep');
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('ENOSPC');
}, 15_000);
