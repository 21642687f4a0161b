import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { describeError } from '../../../src/build/describe-error.ts';
import { machineRequestOf } from '../../../src/build/machine/machine-request-of.ts';
import { disksOf } from '../../../src/build/machine/machine-xml.ts';
import { buildMachine } from '../../../src/build/machine/run-machine.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
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

test('cancelled after the install: the machine stays, and it is said how to start it', async () => {
  const { context } = machines.sandbox;
  const command = parseVirtInstall([
    ...['--name', 'left', '--memory', '512', '--osinfo', 'debian11', '--graphics', 'none'],
    ...['--disk', 'left.qcow2,size=1', '--cdrom', machines.installer.iso, '--network', 'user'],
    ...['--script', machines.sandbox.script(SCRIPT)],
  ]);
  if (command.kind !== 'run') throw new Error(`these words ask for ${command.kind}`);
  const cancel = new AbortController();
  const notices: string[] = [];
  const onEvent = (event: BuildEvent): void => {
    if (event.type === 'stage-started' && event.stage === 'verify') cancel.abort();
    if (event.type === 'notice') notices.push(event.message);
  };
  const request = machineRequestOf(command.options, context);
  const building = buildMachine(request, { ...context, signal: cancel.signal, onEvent });
  await expect(building).rejects.toMatchObject({ code: 'cancelled' });
  const { uuid, state } = await machines.domain('left');
  expect(state).toBe('shutoff');
  const disk = join(machines.sandbox.folder, 'left.qcow2');
  expect(notices).toContainEqual(
    expect.stringContaining(`The machine left stays as it was installed, with ${disk}`),
  );
  await machines.libvirt.connection.undefine(uuid);
});

test('an install that fails does not tell the root password that its guest has printed', async () => {
  const file = join(machines.sandbox.folder, 'password');
  writeFileSync(file, 'Zx9-file\n', { mode: 0o600 });
  const said = 'the password is Zx9-file';
  const script = machines.sandbox.script(`${SCRIPT}%post --erroronfail\necho "${said}"\nexit 3\n%end\n`);
  const error: unknown = await machines
    .machine(
      ...['--name', 'failing', '--disk', 'failing.qcow2,size=1', '--cdrom', machines.installer.iso],
      ...['--script', script, '--root-password-file', file, '--network', 'user'],
    )
    .catch((thrown: unknown) => thrown);
  const told = JSON.stringify(describeError(error));
  expect(told).toContain('the password is ********');
  expect(told).not.toContain('Zx9');
});
