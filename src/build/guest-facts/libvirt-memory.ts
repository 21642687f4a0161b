import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { specErrorOf } from '../../foundation/errors.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { probeCacheIn } from '../../foundation/probe-cache.ts';
import type { Refusals } from '../../foundation/refusals.ts';
import { fileIdentity } from '../../host/file-identity.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { hasCode, LIBVIRT_ERRORS, LibvirtError } from '../../libvirt/libvirt-error.ts';
import type { DomainCapabilities, HostCapabilities } from '../../virt-install/guest/guest-facts.ts';
import type { Hypervisor } from '../../virt-install/guest/hypervisor.ts';
import type { BuildContext } from '../build-context.ts';

/** What libvirt said of itself, in the form it is needed in. */
export type LibvirtAnswers = {
  readonly uri: string;
  /** It is Kiln's own daemon's, which has no networks. */
  readonly privateDaemon: boolean;
  readonly host: HostCapabilities;
  /** Whether guests run on KVM here (`kiln doctor`); a /dev/kvm on which none comes up does not count. */
  readonly kvmWorks: boolean;
  readonly pools: readonly { readonly name: string; readonly path: string; readonly type: string }[];
  /** By `domainKey`. */
  readonly domains: Readonly<Record<string, DomainCapabilities>>;
};

/** Answers that hold until the next boot, or until libvirt or QEMU is another: with them no connection is needed. */
export type LibvirtMemory = {
  recall(): Promise<LibvirtAnswers | undefined>;
  remember(answers: LibvirtAnswers): Promise<void>;
};

export function libvirtMemory(asked: string, context: BuildContext): LibvirtMemory {
  const cache = probeCacheIn(context.places.cache, context.logger ?? silentLogger);
  const name = `libvirt-${createHash('sha256').update(asked).digest('hex').slice(0, 16)}`;
  const key = async (): Promise<string> => JSON.stringify([VERSION, bootId(), await identities()]);
  return {
    // Written by `remember` under a key that names this form.
    recall: async () => (await cache.read(name, await key())) as LibvirtAnswers | undefined,
    remember: async (answers) => cache.write(name, await key(), answers),
  };
}

/** Of the form of the answers. */
const VERSION = 2;

/** A guest's capabilities depend on these; the emulator follows from the type and the architecture. */
export const domainKey = ({ type, arch, machine, emulator = '' }: Hypervisor): string =>
  [type, arch, machine, emulator].join(' ');

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The socket is there while the system's own daemon is, which decides whether Kiln starts one. */
const WATCHED = [
  ...['/usr/sbin/libvirtd', '/usr/sbin/virtqemud', '/usr/bin/qemu-system-x86_64', '/dev/kvm'],
  ...['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock'],
];

async function identities(): Promise<readonly string[]> {
  return Promise.all(WATCHED.map((path) => fileIdentity(path).catch(() => 'absent')));
}

/**
 * Asks libvirt for what is missing. An emulator of the user's that is none is noted, and libvirt's own takes its place, so that the rest
 * can be checked.
 */
export async function askLibvirt(
  connection: Pick<LibvirtConnection, 'domainCapabilitiesXml'>,
  query: Hypervisor,
  refusals: Refusals,
): Promise<DomainCapabilities> {
  const { parseXml } = await import('../../foundation/parse-xml.ts');
  const { readDomainCapabilities } = await import('../../virt-install/guest/read-capabilities.ts');
  const { arch, machine, emulator, type } = query;
  const ask = async (program: string | undefined): Promise<string> =>
    capabilitiesOrNone(() =>
      connection.domainCapabilitiesXml({
        arch,
        virtType: type,
        ...(machine === '' ? {} : { machine }),
        ...(program === undefined ? {} : { emulator: program }),
      }),
    );
  const xml = isUsers(query)
    ? await refusals.noted('--boot', () => refusing(`${emulator}`, () => ask(emulator)), undefined)
    : await ask(emulator);
  return readDomainCapabilities(parseXml(xml ?? (await ask(undefined))));
}

/** `--boot emulator=`, unless it names what libvirt would take anyway. */
function isUsers({ emulator, capabilities }: Hypervisor): boolean {
  const own = [capabilities.emulator, ...capabilities.domains.map((domain) => domain.emulator)];
  return emulator !== undefined && !own.includes(emulator);
}

/** @throws SpecError `spec.invalid` with libvirt's reason; a connection that is lost stays an error of its own */
async function refusing(emulator: string, ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    const problem = `libvirt cannot use it as a QEMU: ${error.message}`;
    throw specErrorOf('The command line', [{ where: `--boot emulator=${emulator}`, problem }]);
  }
}

/** libvirt's test driver has none. */
async function capabilitiesOrNone(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (hasCode(error, LIBVIRT_ERRORS.noSupport)) return '<domainCapabilities/>';
    throw error;
  }
}
