import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeIpxeIso } from '../../../src/build/make-ipxe-iso.ts';
import { type BuildSandbox, buildSandbox } from '../../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

let installer: TestInstaller;
const sandboxes: BuildSandbox[] = [];
const newSandbox = (): BuildSandbox => {
  const sandbox = buildSandbox();
  sandboxes.push(sandbox);
  return sandbox;
};

beforeAll(async () => {
  installer = await buildTestInstaller();
});
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

describe.concurrent('a build', () => {
  it('installs through an iPXE ISO that the firmware boots, and the ISO is gone from the machine afterwards', async () => {
    const sandbox = newSandbox();
    const result = await sandbox.build({ location: installer.tree, ipxe: true });
    expect(result.artifacts).toHaveLength(1);
    const log = (name: string): string => readFileSync(join(result.directory, 'logs', name), 'utf8');
    expect(log('serial.log')).toContain('KILN-IPXE starting the installer');
    const fetched = log('http-access.log')
      .split('\n')
      .flatMap((line) => /GET (\S+) 200/.exec(line)?.[1] ?? []);
    expect(fetched).toEqual(['/boot.ipxe', '/linux', '/initrd']);
    expect(log('domain-install.xml')).toMatch(/ipxe\.iso[\s\S]*<boot order="1"\/>/);
    expect(log('domain-install.xml')).not.toContain('<kernel>');
    expect(log('domain-final.xml')).not.toContain('ipxe.iso');
    const details = sandbox.events.flatMap((event) =>
      event.type === 'stage-progress' ? [event.detail] : [],
    );
    expect(details).toContain('fetching initrd');
    expect(sandbox.leftovers()).toEqual([]);
  });

  it("says at which menu a user's own iPXE ISO stops", async () => {
    const sandbox = newSandbox();
    const path = sandbox.script(
      ['#!ipxe', 'menu Boot menu of the lab', 'item debian Debian 13', 'choose picked', 'shell', ''].join(
        '\n',
      ),
      'lab.ipxe',
    );
    const cdrom = join(sandbox.folder, 'lab.iso');
    await makeIpxeIso({ output: cdrom, firmware: ['bios'], script: { kind: 'own', path } }, sandbox.context);
    const error = await sandbox.failure({ cdrom });
    expect(sandbox.events).toContainEqual(
      expect.objectContaining({
        type: 'stage-finished',
        stage: 'media',
        note: expect.stringContaining('an iPXE image'),
      }),
    );
    expect(error).toMatchObject({
      code: 'install.prompt',
      details: { patternId: 'firmware.ipxe-menu', line: 'iPXE menu: Boot menu of the lab' },
    });
    expect(sandbox.leftovers()).toEqual([]);
  });
});
