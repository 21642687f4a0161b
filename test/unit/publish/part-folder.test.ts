import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { abandonedPartFolders, makePartFolder } from '../../../src/publish/part-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const { pid, startedAt } = ownIdentity();
const [boot = '', ticks = ''] = startedAt.split('/');
const another = boot.replaceAll(/[0-8]/g, '9');

it('takes away what dead processes left, and nothing else', async () => {
  const mine = await makePartFolder(folder);
  const dead = [
    // The same number after another start, or another boot.
    `.kiln-partition-${pid}-${Number(ticks) + 1}-${boot}-abcdef`,
    `.kiln-partition-${pid}-${ticks}-${another}-abcdef`,
  ];
  const foreign = ['.kiln-partition-abcdef', '.kiln-partition-1-2', 'images'];
  for (const name of [...dead, ...foreign]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'disk.img'), 'x');
  }
  expect((await abandonedPartFolders(folder)).toSorted()).toEqual(
    dead.map((name) => join(folder, name)).toSorted(),
  );
  const second = await makePartFolder(folder);
  expect(readdirSync(folder).toSorted()).toEqual([...foreign, basename(mine), basename(second)].toSorted());
});

it('finds nothing where no folder is', async () => {
  expect(await abandonedPartFolders(join(folder, 'absent'))).toEqual([]);
});
