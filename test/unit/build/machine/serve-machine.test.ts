import { expect, it } from 'vitest';
import type { MachineLife } from '../../../../src/build/machine/machine-request.ts';
import { withServedAddress } from '../../../../src/build/machine/machine-xml.ts';
import { servingProblems } from '../../../../src/build/machine/serve-machine.ts';
import { SERVED_AT } from '../../../../src/os/script-arguments.ts';

const LIFE: MachineLife = {
  reboot: true,
  transient: false,
  destroyOnExit: false,
  autostart: false,
  checks: { diskSize: true, pathInUse: true, macInUse: true },
  capture: true,
  bootCheck: true,
  pure: false,
};
const domain = (type: string): string =>
  `<domain type="kvm"><memory>1</memory><devices><interface type="${type}"/></devices></domain>`;
const http = { path: '/a.ks', kind: 'kickstart', inject: 'http', installName: 'ks.cfg' } as const;
const placesOf = (
  type: string,
  life: Partial<MachineLife>,
  script: Parameters<typeof servingProblems>[2] = http,
  uri = 'qemu:///session',
) =>
  servingProblems({ life: { ...LIFE, ...life } }, { final: domain(type) }, script, uri).map(
    ({ where }) => where,
  );

it('a server of the build needs user networking, and somebody who waits', () => {
  expect(placesOf('user', {})).toEqual([]);
  expect(placesOf('user', { wait: -1 })).toEqual([]);
  expect(placesOf('network', { wait: 0 })).toEqual(['--inject', '--wait']);
  expect(placesOf('network', { wait: 0 }, { ...http, inject: 'initrd' })).toEqual([]);
  expect(placesOf('user', {}, http, 'qemu+ssh://host/system')).toEqual(['--inject']);
});

it('the address is put where the kernel line has its place', () => {
  const line = `inst.ks=${SERVED_AT}ks.cfg quiet`.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const xml = `<domain><os><cmdline>${line}</cmdline></os></domain>`;
  expect(withServedAddress(xml, 'http://10.0.2.2:80/secret/')).toContain(
    '<cmdline>inst.ks=http://10.0.2.2:80/secret/ks.cfg quiet</cmdline>',
  );
});
