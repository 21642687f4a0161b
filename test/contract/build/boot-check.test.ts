import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootAndWait } from '../../../src/build/boot-check.ts';
import { buildDirectory } from '../../../src/build/build-directory.ts';
import { systemClock } from '../../../src/foundation/clock.ts';
import { domainXml } from '../../../src/vm/domain-xml.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { domainInputFixture } from '../../support/plan-fixture.ts';

const { uuid, name } = domainInputFixture();
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kiln-boot-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Scene = { readonly libvirt: FakeLibvirt; readonly output: string; readonly log: string };

/** The boot check with a libvirt in memory; `play` does something as soon as the guest has started. */
async function bootCheck(play: (scene: Scene) => void): Promise<unknown> {
  const directory = buildDirectory(join(mkdtempSync(join(root, 'build-')), 'out'), '0a1b2c3d');
  mkdirSync(directory.logs, { recursive: true });
  mkdirSync(directory.work, { recursive: true });
  writeFileSync(directory.bootCheckLog, '');
  const libvirt = new FakeLibvirt();
  const serialLog = directory.bootCheckLog;
  const createXml = libvirt.createXml.bind(libvirt);
  libvirt.createXml = async (xml) => {
    const domain = await createXml(xml);
    play({ libvirt, output: directory.root, log: serialLog });
    return domain;
  };
  const report = await bootAndWait({
    connection: libvirt,
    domain: { uuid, name, xml: domainXml(domainInputFixture({ serialLog })), serialLog },
    directory,
    bootCheck: { pattern: 'login:', limitSeconds: 2 },
    noteDomain: () => {},
    clock: systemClock,
    signal: new AbortController().signal,
  }).catch((error: unknown) => error);
  expect(libvirt.calls).toContain(`destroy ${uuid}`);
  return report;
}

it('is passed by the line', async () => {
  expect(await bootCheck(({ log }) => appendFileSync(log, 'web login: '))).toMatchObject({
    line: 'web login:',
  });
});

it('is failed by a guest that ends', async () => {
  const ended = await bootCheck(({ libvirt }) => libvirt.powerOff(uuid));
  expect(ended).toMatchObject({ code: 'disk.not-bootable', exitCode: 6 });
});

it("a full disk of the host's is no fault of the image", async () => {
  const path = '/out/boot-check.qcow2';
  const full = await bootCheck(({ libvirt }) => {
    libvirt.setState(uuid, { state: 'paused', reason: 'ioerror' });
    libvirt.emit(uuid, { kind: 'io-error', path, device: 'vda', reason: 'enospc' });
  });
  expect(full).toMatchObject({ code: 'host.no-space', exitCode: 3, message: expect.stringContaining(path) });
});

it.each([
  ['QEMU that died', 'failed', /QEMU ended unexpectedly/],
  ['a guest that somebody stopped', 'destroyed', /destroyed/],
] as const)('%s is none', async (_what, detail, says) => {
  const lost = await bootCheck(({ libvirt }) =>
    libvirt.emit(uuid, { kind: 'lifecycle', event: 'stopped', detail }),
  );
  expect(lost).toMatchObject({ code: 'host.guest-lost', exitCode: 3, message: expect.stringMatching(says) });
});

it('a folder that was moved away is none either', async () => {
  const moved = await bootCheck(({ output }) => renameSync(output, `${output}.moved`));
  expect(moved).toMatchObject({ code: 'host.output-replaced', exitCode: 3 });
});

it('nor is a libvirt that is lost', async () => {
  const lost = await bootCheck(({ libvirt }) =>
    libvirt.emit(uuid, { kind: 'connection-closed', reason: 'end of file' }),
  );
  expect(lost).toMatchObject({ code: 'host.libvirt-lost', exitCode: 3 });
});
