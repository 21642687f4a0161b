import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CompiledCli, compileCli } from '../support/compiled-cli.ts';
import { type MachineSandbox, machineSandbox } from '../support/machine-sandbox.ts';
import { startKiln } from '../support/started-kiln.ts';
import { buildTestInstaller } from '../support/test-installer.ts';

let machines: MachineSandbox;
let program: CompiledCli;
beforeAll(async () => {
  machines = await machineSandbox();
  program = await compileCli();
});
afterAll(async () => {
  program.remove();
  await machines.remove();
});

it('on a terminal, a guest without a screen gets it: what is typed installs, and its end gives it back', async () => {
  const { iso } = await buildTestInstaller();
  const words = [
    ...['build', '--connect', machines.libvirt.connection.uri, '--name', 'typed', '--memory', '512'],
    ...['--osinfo', 'debian11', '--graphics', 'none', '--disk', 'typed.img,size=0.2', '--network', 'none'],
    ...['--location', iso, '--extra-args', 'console=ttyS0', '--no-capture', '--noreboot'],
  ];
  const terminal = startKiln(program.main, machines.sandbox, words, (command) => [
    ...['script', '-qec', command.map((word) => `'${word}'`).join(' '), '/dev/null'],
  ]);
  await terminal.reached(/Ctrl-\] ends/);
  await terminal.reached(/Please choose the disk/);
  terminal.child.stdin?.write('vda\r');
  await terminal.reached(/installing by hand/);
  terminal.child.stdin?.write('poweroff -f\r');
  await terminal.reached(/The guest has ended/);
  expect(await terminal.ended(), terminal.output()).toBe(0);
  expect(terminal.output()).toMatch(/The guest has ended[\s\S]*powered off/);
  expect((await machines.domain('typed')).state).toBe('shutoff');
});
