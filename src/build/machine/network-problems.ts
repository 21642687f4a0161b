import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../foundation/errors.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import type { ChosenLibvirt } from '../../libvirt/choose-uri.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import { quoteCommand } from '../../process/run-command.ts';
import type { MachineXml } from './machine-request.ts';
import { networkSourcesOf } from './machine-xml.ts';

/** Network devices of this machine, one folder each (sysfs, Documentation/ABI/testing/sysfs-class-net). */
const DEVICES = '/sys/class/net';

/** Networks and bridges that QEMU could not be attached to: libvirt looks for them when the guest starts, after its disks were made. */
export async function networkProblems(
  { connection, privateDaemon }: Pick<ChosenLibvirt, 'connection' | 'privateDaemon'>,
  { install, final }: Pick<MachineXml, 'install' | 'final'>,
  devices = DEVICES,
): Promise<Problem[]> {
  const sources = [...(install === undefined ? [] : networkSourcesOf(install)), ...networkSourcesOf(final)];
  const named = (type: string): string[] => [
    ...new Set(sources.filter((one) => one.type === type).map(({ name }) => name)),
  ];
  const networks = named('network');
  const known = networks.length === 0 ? [] : await connection.listNetworks();
  const problems = networks.flatMap((name): Problem[] => {
    const found = known.find((one) => one.name === name);
    if (found?.active) return [];
    const { uri } = connection;
    const problem =
      found === undefined
        ? noNetwork(
            name,
            known.map((one) => one.name),
            { uri, privateDaemon },
          )
        : `the network ${name} is not started; start it with \`${quoteCommand('virsh', ['-c', uri, 'net-start', name])}\``;
    return [{ where: `--network network=${name}`, problem }];
  });
  if (isRemoteUri(connection.uri)) return problems;
  for (const name of named('bridge')) {
    const isThere = await access(join(devices, name)).then(
      () => true,
      () => false,
    );
    const problem = `this machine has no bridge ${name}; make it, or use --network user`;
    if (!isThere) problems.push({ where: `--network bridge=${name}`, problem });
  }
  return problems;
}

function noNetwork(
  name: string,
  known: readonly string[],
  { uri, privateDaemon }: { readonly uri: string; readonly privateDaemon: boolean },
): string {
  if (known.length > 0) {
    return `libvirt (${uri}) has no network ${name}.${suggestion(name, known)} It has ${known.join(', ')}.`;
  }
  const whose = privateDaemon ? "Kiln's own libvirt daemon" : `libvirt (${uri})`;
  const other = privateDaemon ? ', or --connect with a libvirt that has one of that name' : '';
  return `${whose} has no networks; use --network user${other}`;
}
