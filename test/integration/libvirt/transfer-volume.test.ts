import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChosenLibvirt, chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { remoteUri } from '../../support/remote-libvirt.ts';

let folder: string;
let daemon: ChosenLibvirt;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-transfer-'));
  mkdirSync(join(folder, 'pool'));
  daemon = await chooseLibvirt({ env: {}, runtimeDir: join(folder, 'r'), forcePrivate: true });
});
afterAll(async () => {
  await daemon.close();
  rmSync(folder, { recursive: true });
});

const MIB = 2 ** 20;

test('a file goes to a volume and comes back with its holes, over a connection that is only a pipe', async () => {
  const uri = remoteUri(daemon.connection.uri, folder);
  const remote = await chooseLibvirt({ connect: uri, env: {}, runtimeDir: join(folder, 'r') });
  const { storage } = remote.connection;
  try {
    const target = `<target><path>${folder}/pool</path></target>`;
    await storage.definePool(`<pool type='dir'><name>transfer</name>${target}</pool>`);
    await storage.startPool('transfer');
    const size = 40 * MIB;
    const xml = `<volume><name>v</name><allocation>0</allocation><capacity>${size}</capacity></volume>`;
    const volume = await storage.createVolume('transfer', xml);
    const source = join(folder, 'source');
    const content = Buffer.alloc(3 * MIB + 5, 'kiln');
    writeFileSync(source, content);
    await storage.uploadVolume(volume, source);
    const back = join(folder, 'back');
    await storage.downloadVolume(volume, back);
    truncateSync(source, size);
    expect(readFileSync(back).equals(readFileSync(source))).toBe(true);
    expect(statSync(back).blocks * 512).toBeLessThan(10 * MIB);
    const gone = { pool: 'transfer', name: 'gone' };
    await expect(storage.downloadVolume(gone, back)).rejects.toMatchObject({ name: 'LibvirtError' });
  } finally {
    await storage.stopPool('transfer');
    await storage.undefinePool('transfer');
    await remote.close();
  }
});
