import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homeFrom } from '../../foundation/places.ts';
import type { ConnectionFacts, GuestFacts } from '../../virt-install/guest/guest-facts.ts';
import { hasFlag, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';

type Surroundings = Pick<
  GuestFacts,
  'connection' | 'defaultBridge' | 'display' | 'workingDirectory' | 'home' | 'newMac' | 'newUuid'
>;

/** What a guest's XML takes from this machine and this user, beside libvirt's own answers. */
export function surroundings(
  connection: ConnectionFacts,
  { cwd, env }: Pick<BuildContext, 'cwd' | 'env'>,
): Surroundings {
  const bridge = connection.privileged && !connection.remote ? defaultBridge() : undefined;
  const { DISPLAY } = env;
  return {
    connection,
    workingDirectory: cwd,
    home: homeFrom(env),
    newMac,
    newUuid: () => randomUUID(),
    ...(bridge === undefined ? {} : { defaultBridge: bridge }),
    ...(DISPLAY === undefined ? {} : { display: DISPLAY }),
  };
}

/** Kiln's own daemon has no networks (docs/libvirt.md), so there the guest gets user-mode networking unless it says otherwise. */
export function withUsableNetwork(options: VirtInstallOptions, privateDaemon: boolean): VirtInstallOptions {
  const isSaid = usesOf(options, 'network').length > 0 || hasFlag(options, 'nonetworks');
  if (!privateDaemon || isSaid) return options;
  return { ...options, uses: { ...options.uses, network: [{ text: 'user', values: { type: 'user' } }] } };
}

/** The bridge that the host's default route goes over, as virt-install looks for it. */
function defaultBridge(): string | undefined {
  if (!existsSync('/proc/net/route')) return undefined;
  const rows = readFileSync('/proc/net/route', 'utf8').split('\n');
  const device = rows.map((row) => row.split('\t')).find(([, to]) => to === '00000000')?.[0];
  return device !== undefined && existsSync(`/sys/class/net/${device}/bridge`) ? device : undefined;
}

/** In the range that QEMU's guests have. */
function newMac(): string {
  return ['52', '54', '00', ...(randomBytes(3).toString('hex').match(/../g) ?? [])].join(':');
}
