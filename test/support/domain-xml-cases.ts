import type { DomainInput } from '../../src/vm/domain-input.ts';
import { domainInputFixture, planFixture } from './plan-fixture.ts';

const uefi = {
  kind: 'uefi',
  code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
  varsTemplate: '/usr/share/OVMF/OVMF_VARS_4M.fd',
  secureBoot: false,
} as const;

/** Every shape of domain Kiln makes, by the name of its golden file in fixtures/domain-xml. */
export const DOMAIN_XML_CASES: Readonly<Record<string, DomainInput>> = {
  'install-direct-bios-tcg': domainInputFixture({
    plan: planFixture({ cpu: { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }] } }),
  }),
  'install-cdrom-uefi-kvm': domainInputFixture({
    plan: planFixture({
      accelerator: 'kvm',
      cpu: { mode: 'host-passthrough', features: [] },
      firmware: uefi,
    }),
    boot: { kind: 'cdrom' },
    cdroms: ['/media/installer.iso', '/b/seed.iso'],
    nvram: '/b/nvram.fd',
    installerLog: '/b/logs/installer.log',
  }),
  'install-cdrom-pc-ide': domainInputFixture({
    plan: planFixture({
      machine: 'pc',
      disk: { bus: 'ide', target: 'hda', sizeBytes: 2 ** 30 },
      cpu: { mode: 'custom', model: 'Nehalem', features: [{ name: 'vmx', policy: 'disable' }] },
    }),
    boot: { kind: 'cdrom' },
  }),
  'install-scsi-no-network': domainInputFixture({
    plan: planFixture({ network: 'none', disk: { bus: 'scsi', target: 'sda', sizeBytes: 2 ** 30 } }),
  }),
  'install-no-vnc': domainInputFixture({ lacksVnc: true }),
  'install-metadata': domainInputFixture({ metadataSocket: '/run/a,b/socket' }),
  'final-disk-bios': domainInputFixture({ boot: { kind: 'disk' }, onReboot: 'restart', cdroms: [] }),
  'hostile-values': domainInputFixture({
    name: `kiln-a"b'c<d>&e;$(f) g`,
    boot: { kind: 'direct', kernel: '/k&k', initrd: '/i<i', commandLine: `a="b c" d=<e>&f 'g'` },
    disk: { path: '/b/$(reboot);"x",y/disk.raw', format: 'raw' },
    cdroms: [`/media/o'clock, "two" <three>.iso`],
  }),
};
