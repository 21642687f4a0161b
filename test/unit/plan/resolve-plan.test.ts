import { describe, expect, it } from 'vitest';
import { seconds } from '../../../src/foundation/duration.ts';
import { gibibytes, mebibytes } from '../../../src/foundation/size.ts';
import type { HostFacts } from '../../../src/host/host-facts.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { resolvePlan } from '../../../src/plan/resolve-plan.ts';
import type { BuildSpec, InstallScriptKind } from '../../../src/spec/build-spec.ts';
import { completeSpec } from '../../../src/spec/complete-spec.ts';

const ISO: MediaSource = { kind: 'cdrom', from: '/x.iso' };
const TREE: MediaSource = { kind: 'location', from: '/tree' };
const IMAGE: MediaSource = { kind: 'import', from: '/d.qcow2' };

const spec = (changes: Partial<BuildSpec> = {}): BuildSpec => ({
  ...completeSpec({ settings: { media: [TREE] }, fallbackName: 'demo', templates: [] }),
  ...changes,
});
const host = (changes: Partial<HostFacts> = {}): HostFacts => ({
  arch: 'x86_64',
  cpus: 2,
  memory: gibibytes(8),
  memoryAvailable: gibibytes(4),
  accelerator: { use: 'tcg', why: 'no /dev/kvm', kvmPresent: false },
  emulator: '/usr/bin/qemu-system-x86_64',
  qemuVersion: '7.2.0',
  isRoot: false,
  uid: 1000,
  gid: 1000,
  ...changes,
});
const KVM = host({ accelerator: { use: 'kvm', why: 'a guest came up', kvmPresent: true } });
const UEFI = host({ uefi: { code: '/code.fd', varsTemplate: '/vars.fd', secureBoot: false } });
const script = (kind: InstallScriptKind, inject?: 'initrd' | 'seed-iso' | 'none'): Partial<BuildSpec> => ({
  script: { path: '/a/script', kind, ...(inject ? { inject } : {}) },
});
const refused = (wanted: BuildSpec, on: HostFacts, code: string): void => {
  expect(() => resolvePlan(wanted, on)).toThrowError(expect.objectContaining({ code }));
};

describe('accelerator and CPU', () => {
  it.each([
    ['auto', KVM, 'kvm'],
    ['auto', host(), 'tcg'],
    ['tcg', KVM, 'tcg'],
    ['kvm', KVM, 'kvm'],
  ] as const)('with %s', (accelerator, on, expected) => {
    expect(resolvePlan(spec({ accelerator }), on).accelerator).toBe(expected);
  });

  it('refuses to emulate when KVM was insisted on', () => {
    refused(spec({ accelerator: 'kvm' }), host(), 'host.no-kvm');
    refused(spec({ cpu: { model: 'host-passthrough', features: [] } }), host(), 'host.no-kvm');
  });

  it.each([
    ['the host on KVM', 'debian13', undefined, KVM, { mode: 'host-passthrough', features: [] }],
    ['all there is under emulation', undefined, undefined, host(), { mode: 'maximum', features: [] }],
    [
      'less what Debian 13 trips over',
      'debian13',
      undefined,
      host(),
      { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }] },
    ],
    [
      'what the user says',
      'debian13',
      { model: 'Nehalem', features: ['+aes', '-avx', '+cx16'] },
      host(),
      {
        mode: 'custom',
        model: 'Nehalem',
        features: [
          { name: 'aes', policy: 'require' },
          { name: 'avx', policy: 'disable' },
          { name: 'cx16', policy: 'require' },
        ],
      },
    ],
  ] as const)('gives the guest %s', (_, os, cpu, on, expected) => {
    expect(resolvePlan(spec({ ...(os ? { os } : {}), ...(cpu ? { cpu } : {}) }), on).cpu).toEqual(expected);
  });
});

describe('firmware, memory, disk', () => {
  it('takes the firmware of the host', () => {
    expect(resolvePlan(spec(), host()).firmware).toEqual({ kind: 'bios' });
    expect(resolvePlan(spec({ firmware: 'uefi' }), UEFI).firmware).toMatchObject({
      kind: 'uefi',
      code: '/code.fd',
    });
    refused(spec({ firmware: 'uefi' }), host(), 'host.no-uefi');
  });

  it('refuses more memory than is available', () => {
    refused(spec({ memory: gibibytes(5) }), host(), 'host.no-memory');
    expect(resolvePlan(spec({ memory: mebibytes(1000.5) }), host()).memoryMiB).toBe(1001);
  });

  it.each([
    ['virtio', 'vda'],
    ['sata', 'sda'],
    ['scsi', 'sda'],
    ['ide', 'hda'],
  ] as const)('names the %s disk %s', (bus, target) => {
    expect(resolvePlan(spec({ disk: { bus, size: gibibytes(1) } }), host()).disk).toEqual({
      bus,
      target,
      sizeBytes: 2 ** 30,
    });
  });
});

describe('an imported image', () => {
  it('keeps its size unless another is asked for, and nothing is installed', () => {
    const plan = resolvePlan(spec({ media: [IMAGE], disk: { bus: 'sata' } }), host());
    expect(plan.disk).toEqual({ bus: 'sata', target: 'sda' });
    const larger = spec({ media: [IMAGE], disk: { bus: 'virtio', size: gibibytes(8) } });
    expect(resolvePlan(larger, host()).disk.sizeBytes).toBe(8 * 2 ** 30);
  });
});

describe('injection', () => {
  it.each([
    ['preseed', TREE, undefined, 'initrd', 'preseed.cfg'],
    ['kickstart', TREE, undefined, 'initrd', 'ks.cfg'],
    ['kickstart', ISO, undefined, 'seed-iso', 'ks.cfg'],
    ['kickstart', TREE, 'seed-iso', 'seed-iso', 'ks.cfg'],
    ['autoinstall', ISO, undefined, 'seed-iso', 'user-data'],
    ['autoinstall', TREE, undefined, 'seed-iso', 'user-data'],
    ['autoyast', TREE, undefined, 'initrd', 'autoinst.xml'],
    ['preseed', ISO, 'none', 'none', 'preseed.cfg'],
  ] as const)('brings %s to %j', (kind, media, wanted, inject, installName) => {
    const plan = resolvePlan(spec({ media: [media], ...script(kind, wanted) }), host());
    expect(plan.script).toEqual({ path: '/a/script', kind, inject, installName });
  });

  it.each([
    ['preseed', ISO, undefined],
    ['preseed', TREE, 'seed-iso'],
    ['kickstart', ISO, 'initrd'],
    ['autoinstall', TREE, 'initrd'],
    ['kickstart', IMAGE, undefined],
  ] as const)('cannot bring %s to %j by %s', (kind, media, wanted) => {
    refused(spec({ media: [media], ...script(kind, wanted) }), host(), 'script.no-injection');
  });

  it('needs a kind the installer reads, and media of one kind', () => {
    refused(spec({ os: 'debian13', ...script('kickstart') }), host(), 'script.wrong-kind');
    refused(spec({ media: [ISO, TREE] }), host(), 'spec.invalid');
    refused(spec({ media: [] }), host(), 'spec.invalid');
  });

  it('needs no script', () => {
    expect(resolvePlan(spec({ media: [ISO] }), host())).not.toHaveProperty('script');
  });
});

describe('kernel arguments', () => {
  const argumentsOf = (changes: Partial<BuildSpec>): readonly string[] =>
    resolvePlan(spec(changes), host()).kernelArguments;

  it('follow the system, else the kind of script', () => {
    const debian = argumentsOf(script('preseed'));
    expect(debian).toContain('DEBIAN_FRONTEND=text');
    expect(debian).not.toContain('auto=true');
    expect(argumentsOf(script('kickstart'))).toContain('inst.ks=file:/ks.cfg');
    expect(argumentsOf(script('kickstart', 'seed-iso')).join(' ')).not.toContain('inst.ks');
    expect(argumentsOf({ os: 'kiln-test', ...script('kickstart') })).toEqual([
      'console=ttyS0,115200n8',
      'quiet',
    ]);
    expect(argumentsOf({ os: 'fedora42', ...script('kickstart') })).toContain('inst.cmdline');
    expect(argumentsOf({})).toEqual(['console=ttyS0,115200n8']);
  });

  it("end with the user's, which replace Kiln's of the same name", () => {
    const all = argumentsOf({
      ...script('preseed'),
      extraArgs: ['priority=high', 'console=tty0', 'console=ttyS0,9600', 'x'],
    });
    expect(all.filter((argument) => /^(priority|console)=/.test(argument))).toEqual([
      'priority=high',
      'console=tty0',
      'console=ttyS0,9600',
    ]);
    expect(all.at(-1)).toBe('x');
  });

  it('are for direct kernel boot alone', () => {
    expect(argumentsOf({ media: [ISO] })).toEqual([]);
    refused(spec({ media: [ISO], extraArgs: ['x'] }), host(), 'spec.invalid');
  });
});

describe('limits', () => {
  const limits = { total: seconds(100), stall: seconds(10) };
  it('grow under emulation unless the user named them', () => {
    expect(resolvePlan(spec({ limits }), KVM).limits).toEqual({ totalSeconds: 100, stallSeconds: 10 });
    expect(resolvePlan(spec({ limits }), host()).limits).toEqual({ totalSeconds: 400, stallSeconds: 20 });
    const literal = resolvePlan(spec({ limits: { ...limits, literal: ['total'] } }), host());
    expect(literal.limits).toEqual({ totalSeconds: 100, stallSeconds: 20 });
  });
});

describe('the plan as a document', () => {
  it('is plain JSON', () => {
    const plan = resolvePlan(
      spec({ firmware: 'uefi', rootPassword: { env: 'PW' }, ...script('preseed') }),
      UEFI,
    );
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
