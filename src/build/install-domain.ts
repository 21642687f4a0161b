import { randomBytes, randomUUID } from 'node:crypto';
import type { HostFacts } from '../host/host-facts.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainBoot, DomainInput } from '../vm/domain-input.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { BuildDirectory } from './build-directory.ts';

/** The install's domain in its two phases, under one name and UUID. */
export type InstallDomain = {
  readonly name: string;
  readonly uuid: string;
  /** Boots the media; the guest's first reboot ends it. */
  readonly installXml: string;
  /** Media removed, boots from the disk. */
  readonly finalXml: string;
  /** What the final XML was made from. */
  readonly final: DomainInput;
};

export type FinalDomainOptions = {
  readonly buildId: string;
  readonly plan: BuildPlan;
  readonly host: Pick<HostFacts, 'uid' | 'gid' | 'lacksVnc'>;
  /** Of the libvirt the domain is for. */
  readonly uri: string;
  readonly directory: BuildDirectory;
};

export type InstallDomainOptions = FinalDomainOptions & {
  readonly boot: DomainBoot;
  readonly cdroms: readonly string[];
  /** Answers what the installer asks of 169.254.169.254. */
  readonly metadataSocket?: string | undefined;
  /** Where the installer's own log goes, when it writes one to a virtio port. */
  readonly installerLog?: string | undefined;
};

export const domainName = (buildName: string, buildId: string): string => `kiln-${buildName}-${buildId}`;

/** The machine without install media, as it boots from the build's disk. */
export function finalDomain(options: FinalDomainOptions): DomainInput {
  const { buildId, plan, host, directory, uri } = options;
  return {
    name: domainName(plan.name, buildId),
    uuid: randomUUID(),
    buildId,
    plan,
    disk: { path: directory.disk, format: 'raw' },
    serialLog: directory.serialLog,
    macAddress: newMacAddress(),
    ...(isSession(uri) ? {} : { owner: { uid: host.uid, gid: host.gid } }),
    ...(plan.firmware.kind === 'uefi' ? { nvram: directory.nvram } : {}),
    ...(host.lacksVnc ? { lacksVnc: true as const } : {}),
    boot: { kind: 'disk' },
    onReboot: 'restart',
    cdroms: [],
  };
}

export function installDomain(options: InstallDomainOptions): InstallDomain {
  const { boot, cdroms, metadataSocket, installerLog } = options;
  const final = finalDomain(options);
  const install: DomainInput = {
    ...final,
    boot,
    onReboot: 'destroy',
    cdroms,
    ...(metadataSocket === undefined ? {} : { metadataSocket }),
    ...(installerLog === undefined ? {} : { installerLog }),
  };
  return {
    name: final.name,
    uuid: final.uuid,
    installXml: domainXml(install),
    finalXml: domainXml(final),
    final,
  };
}

/** `qemu:///session`, `qemu+ssh://host/session?…` (libvirt.org/uri.html). */
const isSession = (uri: string): boolean => /^[^:]+:\/\/[^/]*\/session(\?|$)/.test(uri);

/** In the range QEMU and libvirt use for their guests. */
function newMacAddress(): string {
  return ['52', '54', '00', ...(randomBytes(3).toString('hex').match(/../g) ?? [])].join(':');
}

/** The same machine on an overlay of the finished disk, with an empty variable store, as a machine elsewhere would have it. */
export function bootCheckInput(final: DomainInput, directory: BuildDirectory): DomainInput {
  return {
    ...final,
    name: `${final.name}-boot-check`,
    uuid: randomUUID(),
    disk: { path: directory.overlay, format: 'qcow2' },
    serialLog: directory.bootCheckLog,
    ...(final.nvram === undefined ? {} : { nvram: directory.bootCheckNvram }),
  };
}
