import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disksOf } from '../../../src/build/machine/machine-xml.ts';
import { machineBuilds } from '../../support/machine-builds.ts';
import { plainKickstart } from '../../support/machine-sandbox.ts';

const machines = machineBuilds();

const SCRIPT = plainKickstart('reboot');

test('--cdrom with a script: installed, captured, the CD-ROM empty, and the guest runs', async () => {
  const script = machines.sandbox.script(SCRIPT);
  const result = await machines.machine(
    ...['--name', 'web', '--disk', 'web.qcow2,size=1', '--cdrom', machines.installer.iso],
    ...['--script', script, '--autostart', '--network', 'user'],
  );
  expect(result.machine).toMatchObject({ name: 'web', state: 'running' });
  expect(result.artifacts.map(({ name }) => name)).toEqual(['web.qcow2']);
  const web = await machines.domain('web');
  expect(web.state).toBe('running');
  expect(await machines.libvirt.connection.getAutostart(web.uuid)).toBe(true);
  expect(disksOf(web.xml)).toMatchObject([
    { target: 'vda', path: join(machines.sandbox.folder, 'web.qcow2'), format: 'qcow2' },
    { device: 'cdrom' },
  ]);
  expect(disksOf(web.xml)[1]).not.toHaveProperty('path');
});
