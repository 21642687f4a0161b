import { describe, expect, test } from 'vitest';
import { connectionProblems, identityProblems } from '../../../../src/build/machine/machine-problems.ts';
import type { MachineLife, MachineMedia } from '../../../../src/build/machine/machine-request.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const life: MachineLife = {
  reboot: true,
  transient: false,
  destroyOnExit: false,
  autostart: false,
  checks: { pathInUse: true, diskSize: true, macInUse: true },
  capture: true,
  bootCheck: true,
  pure: false,
};
const location: MachineMedia = { kind: 'location', from: '/x.iso' };
const wheres = (
  uri: string,
  isRoot: boolean,
  changes: Partial<MachineLife> = {},
  media: MachineMedia = location,
) => connectionProblems({ uri }, { life: { ...life, ...changes }, media }, isRoot).map(({ where }) => where);

describe('what a connection cannot do', () => {
  test('a host elsewhere: its QEMU serves no folder of ours; files and disks go over the connection', () => {
    const served: MachineMedia = { kind: 'pxe', servesFiles: true };
    expect(wheres('qemu+ssh://host/system', true)).toEqual([]);
    expect(wheres('qemu+ssh://host/system', true, {}, served)).toEqual(['--tftp']);
    expect(wheres('qemu:///system', true, {}, served)).toEqual([]);
  });

  test('the system daemon of a user who is not root', () => {
    expect(wheres('qemu:///system', false)).toEqual(['--connect', '--location']);
    expect(wheres('qemu:///system', true)).toEqual([]);
    expect(wheres('qemu:///session', false)).toEqual([]);
  });
});

describe('what is taken', () => {
  const xml = (name: string, uuid: string, mac: string): string =>
    `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid><devices><interface type='user'><mac address='${mac}'/></interface></devices></domain>`;
  const [one, two] = ['11111111-2222-4333-8444-555555555555', '21111111-2222-4333-8444-555555555555'];
  const [mac, free] = ['52:54:00:00:00:01', '52:54:00:00:00:02'];

  test.each([
    ['its name', 'web', two, free, ['--name']],
    ['its UUID', 'db', one, free, ['--uuid']],
    ['an address', 'db', two, mac, [`--network mac=${mac}`]],
    ['no UUID at all', 'db', 'zz', free, ['--uuid']],
    ['nothing', 'db', two, free, []],
  ])('%s', async (_what, name, uuid, address, expected) => {
    const connection = new FakeLibvirt();
    await connection.defineXml(xml('web', one, mac));
    const machine = { name, uuid, final: xml(name, uuid, address) };
    const problems = await identityProblems(connection, machine, { macInUse: true });
    expect(problems.map(({ where }) => where)).toEqual(expected);
  });
});
