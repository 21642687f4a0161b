import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localStorageHost } from '../../../src/build/machine/storage-host.ts';
import { pathFacts } from '../../../src/build/print-guest/storage-facts.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { runProgram } from '../../support/compiled-cli.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-format-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What qemu-img makes, what libvirt 9.0 tells of it in a pool, and what it is for a file that is in none. */
const FORMATS: readonly (readonly [words: string, inPool: string, alone: string])[] = [
  ['-f raw', 'raw', 'raw'],
  ['-f qcow2', 'qcow2', 'qcow2'],
  ['-f qcow2 -o compat=0.10', 'qcow2', 'qcow2'],
  ['-f qcow', 'qcow', 'qcow'],
  ['-f vdi', 'vdi', 'vdi'],
  ['-f vmdk', 'vmdk', 'vmdk'],
  ['-f vpc', 'vpc', 'vpc'],
  ['-f vpc -o subformat=fixed', 'raw', 'vpc'],
  ['-f vhdx', 'raw', 'vhdx'],
  ['-f qed', 'qed', 'qed'],
  ['-f parallels', 'ploop', 'ploop'],
];

describe('the format of an image', () => {
  it.each(FORMATS)('of `%s` is told the same for the XML as for the build', async (words, inPool, alone) => {
    const path = join(folder, words.replaceAll(/\W/g, ''));
    await runProgram('qemu-img', ['create', '-q', ...words.split(' '), path, '4M']);
    const { look } = localStorageHost(new FakeLibvirt(), { cwd: folder, env: { HOME: folder } });
    expect(await look(path)).toEqual({ kind: 'file', format: alone });
    expect(await printed(path, [])).toBe(alone);
    expect(await printed(path, [dirname(path)])).toBe(inPool);
  });
});

async function printed(path: string, poolFolders: readonly string[]): Promise<string | undefined> {
  const command = parseVirtInstall(['--disk', path]);
  if (command.kind !== 'run') throw new Error('no build');
  const facts = await pathFacts(command.options, [], folder, poolFolders);
  return facts[path]?.format;
}
