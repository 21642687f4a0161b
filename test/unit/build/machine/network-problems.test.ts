import { expect, test } from 'vitest';
import { networkProblems } from '../../../../src/build/machine/network-problems.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const domain = (...sources: readonly string[]): string =>
  `<domain type='qemu'><devices>${sources.join('')}</devices></domain>`;
const network = (name: string): string => `<interface type='network'><source network='${name}'/></interface>`;
const bridge = (name: string): string => `<interface type='bridge'><source bridge='${name}'/></interface>`;
const USER = "<interface type='user'/>";

type Case = { readonly networks?: FakeLibvirt['libvirtNetworks']; readonly uri?: string };
async function problemsOf(
  machine: { readonly install?: string; readonly final: string },
  { networks = [], uri = 'qemu:///system' }: Case = {},
  privateDaemon = false,
): Promise<readonly string[]> {
  const connection = new FakeLibvirt({ uri });
  connection.libvirtNetworks = networks;
  const problems = await networkProblems({ connection, privateDaemon }, machine, '/no/such/folder');
  return problems.map(({ where, problem }) => `${where}: ${problem}`);
}

test("Kiln's own daemon has no networks, and the remedy is told", async () => {
  const machine = { install: domain(network('default')), final: domain(network('default')) };
  const [problem, ...more] = await problemsOf(machine, {}, true);
  expect(problem).toMatch(/^--network network=default: Kiln's own libvirt daemon has no networks/);
  expect(problem).toContain('--network user');
  expect(more).toEqual([]);
});

test('a network that is not there, and one that is not started', async () => {
  const networks = [
    { name: 'default', active: true },
    { name: 'lab', active: false },
  ];
  expect(await problemsOf({ final: domain(network('default'), USER) }, { networks })).toEqual([]);
  const [missing, off] = await problemsOf(
    { final: domain(network('defualt'), network('lab')) },
    { networks },
  );
  expect(missing).toContain('Did you mean "default"?');
  expect(off).toContain('virsh -c qemu:///system net-start lab');
});

test('a bridge of this machine must be there; of those elsewhere nothing is known', async () => {
  const machine = { final: domain(bridge('br0')) };
  expect(await problemsOf(machine)).toEqual([
    expect.stringMatching(/^--network bridge=br0: .*no bridge br0/),
  ]);
  expect(await problemsOf(machine, { uri: 'qemu+ssh://host/system' })).toEqual([]);
});

test('libvirt is not asked where no network is named', async () => {
  const connection = new FakeLibvirt();
  await networkProblems({ connection, privateDaemon: true }, { final: domain(USER) });
  expect(connection.calls).toEqual([]);
});
