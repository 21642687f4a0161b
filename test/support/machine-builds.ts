import { afterAll, beforeAll } from 'vitest';
import { type MachineSandbox, machineSandbox } from './machine-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from './test-installer.ts';

/** Builds in virt-install's words from the test installer, in one sandbox for a whole file. */
export type MachineBuilds = Omit<MachineSandbox, 'remove'> & { readonly installer: TestInstaller };

/** Called at the head of a file of tests; what it returns is there once a test or a hook runs. */
export function machineBuilds(): MachineBuilds {
  let machines: MachineSandbox;
  let installer: TestInstaller;
  beforeAll(async () => {
    machines = await machineSandbox();
    installer = await buildTestInstaller();
  });
  afterAll(() => machines.remove());
  return {
    get sandbox() {
      return machines.sandbox;
    },
    get libvirt() {
      return machines.libvirt;
    },
    get installer() {
      return installer;
    },
    machine: (...words) => machines.machine(...words),
    line: (...words) => machines.line(...words),
    failure: (...words) => machines.failure(...words),
    domain: (name) => machines.domain(name),
  };
}
