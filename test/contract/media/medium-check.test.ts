import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedMedia } from '../../../src/media/install-media.ts';
import { mediumCheck } from '../../../src/media/medium-check.ts';

describe('a medium that the guest reads', () => {
  let folder: string;
  let isoPath: string;
  let media: ResolvedMedia;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kiln-medium-'));
    isoPath = join(folder, 'medium.iso');
    writeFileSync(isoPath, 'content');
    const sha256 = createHash('sha256').update('content').digest('hex');
    const facts = { boots: { bios: true, uefi: true }, kernelArguments: [], why: [] };
    const unknown = { osId: undefined, version: undefined, arch: undefined, family: undefined };
    media = {
      kind: 'cdrom',
      isoPath,
      source: 'medium.iso',
      files: [{ role: 'iso', name: 'medium.iso', size: 7, sha256 }],
      facts: { ...facts, ...unknown, volumeLabel: undefined },
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const later = (): void => utimesSync(isoPath, 2e9, 2e9);

  it.each([
    ['truncated', () => truncateSync(isoPath, 3)],
    ['overwritten', () => writeFileSync(isoPath, 'CONTENT')],
    ['appended to', () => appendFileSync(isoPath, 'more')],
  ])('is named when it was %s', async (_how, change) => {
    const check = await mediumCheck(media);
    change();
    await expect(check()).rejects.toMatchObject({
      code: 'media.changed',
      exitCode: 4,
      message: expect.stringContaining(isoPath),
    });
  });

  it.each([
    ['left alone', () => undefined],
    ['touched', later],
    ['removed, which the guest does not see', () => rmSync(isoPath)],
    [
      'replaced by another file, which the guest does not see',
      () => {
        writeFileSync(join(folder, 'other'), 'CONTENT');
        renameSync(join(folder, 'other'), isoPath);
      },
    ],
  ])('is good when it was %s', async (_how, change) => {
    const check = await mediumCheck(media);
    change();
    await check();
  });
});
