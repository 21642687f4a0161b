import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseLibvirt } from '../../../src/libvirt/choose-uri.ts';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import { LIBVIRT_ERRORS } from '../../../src/libvirt/libvirt-error.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { compileSources } from '../../support/compile-sources.ts';

const NO_SOCKET = 'qemu+unix:///system?socket=/no/such/socket';

describe('connectLibvirt', () => {
  test('fifty connections, some at once, leave no file open', async () => {
    const warmUp = await connectLibvirt('test:///default');
    await warmUp.close();
    const before = openFiles();
    for (let round = 0; round < 10; round += 1) {
      const connections = await Promise.all(
        Array.from({ length: 5 }, () => connectLibvirt('test:///default')),
      );
      expect(await connections[4]?.lookupByName('test')).toBeDefined();
      await Promise.all(connections.map((connection) => connection.close()));
    }
    await expect.poll(openFiles, { timeout: 5000 }).toBeLessThanOrEqual(before);
  });

  test('a failed connection says why, and the next one works', async () => {
    const failure = connectLibvirt(NO_SOCKET);
    const success = connectLibvirt('test:///default');
    await expect(failure).rejects.toMatchObject({
      name: 'LibvirtError',
      call: 'virConnectOpen',
      message: expect.stringContaining('/no/such/socket'),
    });
    await (await success).close();
  });

  test('validation finds what libvirt would ignore', async () => {
    const connection = await connectLibvirt('test:///default');
    const xml = `<domain type='test'><name>contract-schema</name><memory unit='MiB'>64</memory>
      <os><type>hvm</type></os><devices><dsik/></devices></domain>`;
    await connection.defineXml(xml);
    await expect(connection.defineXml(xml, { validate: true })).rejects.toMatchObject({
      code: LIBVIRT_ERRORS.xmlInvalidSchema,
    });
    await connection.close();
  });
});

describe('chooseLibvirt', () => {
  const runtimeDir = '/no/such/runtime';

  test('the URI asked for comes before LIBVIRT_DEFAULT_URI', async () => {
    const env = { LIBVIRT_DEFAULT_URI: NO_SOCKET };
    const chosen = await chooseLibvirt({ connect: 'test:///default', env, runtimeDir });
    expect(chosen).toMatchObject({ privateDaemon: false, connection: { uri: 'test:///default' } });
    await chosen.close();
    await expect(chooseLibvirt({ env, runtimeDir })).rejects.toMatchObject({
      code: 'host.libvirt-unreachable',
      details: { uri: NO_SOCKET },
    });
  });

  test('LIBVIRT_DEFAULT_URI is used when nothing was asked for', async () => {
    const chosen = await chooseLibvirt({ env: { LIBVIRT_DEFAULT_URI: 'test:///default' }, runtimeDir });
    expect(chosen.connection.uri).toBe('test:///default');
    await chosen.close();
  });
});

/** In processes of their own: how they end is what is being tested. */
describe('the process', () => {
  let compiled: Awaited<ReturnType<typeof compileSources>>;
  beforeAll(async () => {
    compiled = await compileSources(['foundation', 'process', 'libvirt']);
  });
  afterAll(() => compiled.remove());

  async function runScript(name: string, lines: readonly string[]): Promise<string> {
    const file = join(compiled.folder, `${name}.mjs`);
    const head = `import { connectLibvirt } from './libvirt/connect-libvirt.js';`;
    writeFileSync(file, [head, ...lines].join('\n'));
    return (await runCommand(process.execPath, [file], { timeoutMs: 10_000 })).stdout;
  }
  const open = `const connection = await connectLibvirt('test:///default');`;
  const subscribe = `await connection.subscribe((await connection.listDomains())[0].uuid);`;

  test('ends by itself after close()', async () => {
    const lines = [
      open,
      subscribe,
      `await connection.close();`,
      `process.on('exit', () => console.log('done'));`,
    ];
    expect(await runScript('close', lines)).toBe('done');
  });

  test('can exit with a connection open', async () => {
    const script = runScript('exit', [open, subscribe, `console.log('leaving'); process.exit(0);`]);
    expect(await script).toBe('leaving');
  });

  test('can exit while libvirt does not answer', async () => {
    const socket = join(compiled.folder, 'silent');
    const lines = [
      `import { createServer } from 'node:net';`,
      `const server = createServer((client) => client.once('data', () => process.exit(130)));`,
      `server.listen('${socket}', () => connectLibvirt('qemu+unix:///system?socket=${socket}'));`,
      `process.on('exit', () => console.log('leaving'));`,
    ];
    await expect(runScript('silent', lines)).rejects.toMatchObject({ exitCode: 130, stdout: 'leaving' });
  });

  test('uses no processor time while it waits for events', async () => {
    const lines = [
      open,
      subscribe,
      'const before = process.cpuUsage();',
      'setTimeout(async () => {',
      '  const { user, system } = process.cpuUsage(before);',
      '  console.log(user + system);',
      '  await connection.close();',
      '}, 2000);',
    ];
    const microseconds = Number(await runScript('idle', lines));
    expect(microseconds / 2_000_000).toBeLessThan(0.01);
  });
});

const openFiles = (): number => readdirSync('/proc/self/fd').length;
