import type { BuildPlan } from '../../src/plan/build-plan.ts';
import type { DomainInput } from '../../src/vm/domain-input.ts';

/** A plan as small as the types allow; tests change what they are about. */
export function planFixture(changes: Partial<BuildPlan> = {}): BuildPlan {
  return {
    name: 'demo',
    arch: 'x86_64',
    accelerator: 'tcg',
    acceleratorWhy: 'no /dev/kvm',
    emulator: '/usr/bin/qemu-system-x86_64',
    machine: 'q35',
    firmware: { kind: 'bios' },
    cpu: { mode: 'maximum', features: [] },
    vcpus: 2,
    memoryMiB: 1024,
    disk: { bus: 'virtio', target: 'vda', sizeBytes: 4 * 2 ** 30 },
    network: 'user',
    media: [{ kind: 'location', from: '/media/debian.iso' }],
    variables: {},
    kernelArguments: ['console=ttyS0,115200n8'],
    outputs: [{ format: 'qcow2' }],
    bootCheck: { enabled: true, pattern: 'login:', limitSeconds: 300 },
    watchPatterns: [],
    limits: { totalSeconds: 3600, stallSeconds: 600 },
    templates: [],
    ...changes,
  };
}

export function domainInputFixture(changes: Partial<DomainInput> = {}): DomainInput {
  return {
    name: 'kiln-demo-0a1b2c3d',
    uuid: '11111111-2222-4333-8444-555555555555',
    buildId: '0a1b2c3d',
    plan: planFixture(),
    boot: {
      kind: 'direct',
      kernel: '/cache/kernel',
      initrd: '/b/initrd',
      commandLine: 'console=ttyS0,115200n8',
    },
    onReboot: 'destroy',
    disk: { path: '/b/disk.raw', format: 'raw' },
    cdroms: ['/media/debian.iso'],
    serialLog: '/b/logs/serial.log',
    macAddress: '52:54:00:0a:1b:2c',
    owner: { uid: 1000, gid: 1000 },
    ...changes,
  };
}
