import { describe, expect, it } from 'vitest';
import { seconds } from '../../../src/foundation/duration.ts';
import { gibibytes, mebibytes } from '../../../src/foundation/size.ts';
import type { HostFacts } from '../../../src/host/host-facts.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { findOs } from '../../../src/os/find-os.ts';
import { resolvePlan } from '../../../src/plan/resolve-plan.ts';
import type { BuildSpec, InjectionMethod, InstallScriptKind } from '../../../src/spec/build-spec.ts';
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
const script = (kind: InstallScriptKind, inject?: InjectionMethod): Partial<BuildSpec> => ({
  script: { path: '/a/script', kind, ...(inject ? { inject } : {}) },
});
const refused = (wanted: BuildSpec, on: HostFacts, code: string): void => {
  expect(() => resolvePlan(wanted, on)).toThrowError(expect.objectContaining({ code }));
};

const SLOW = ['erms', 'fsrm', 'la57'].map((name) => ({ name, policy: 'disable' }));

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
    [
      'all there is under emulation, less what makes it slow',
      undefined,
      undefined,
      host(),
      { mode: 'maximum', features: SLOW },
    ],
    [
      'less what Debian 13 trips over',
      'debian13',
      undefined,
      host(),
      { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }, ...SLOW] },
    ],
    [
      'a feature that was asked for, slow or not',
      undefined,
      { features: ['+la57'] },
      host(),
      { mode: 'maximum', features: [SLOW[0], SLOW[1], { name: 'la57', policy: 'require' }] },
    ],
    [
      'what it can do',
      undefined,
      { model: 'maximum', features: [] },
      host(),
      { mode: 'maximum', features: [] },
    ],
    [
      "libvirt's picture of the host",
      undefined,
      { model: 'host-model', features: ['-avx'] },
      KVM,
      { mode: 'host-model', features: [{ name: 'avx', policy: 'disable' }] },
    ],
    [
      'features without a model on top of what it gets anyway',
      undefined,
      { features: ['+aes', '+erms'] },
      host(),
      {
        mode: 'maximum',
        features: [
          { name: 'fsrm', policy: 'disable' },
          { name: 'la57', policy: 'disable' },
          { name: 'aes', policy: 'require' },
          { name: 'erms', policy: 'require' },
        ],
      },
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

describe('CPU level', () => {
  const cpu = (model: string | undefined, ...features: string[]): Partial<BuildSpec> => ({
    cpu: { ...(model === undefined ? {} : { model }), features },
  });
  it.each([
    ['rocky9', cpu('qemu64'), host()],
    ['rhel9.4', cpu(undefined, '-cx16'), host()],
    ['almalinux10', cpu('SandyBridge'), host()],
    ['debian12', cpu('pentium3'), host()],
    ['debian12', cpu('n270'), KVM],
    ['debian12', cpu('maximum', '-lm'), host()],
    ['debian12', cpu(undefined, '-lm'), KVM],
    ['rhel10', {}, host({ qemuVersion: '7.1.50' })],
    ['rhel10', {}, { ...KVM, cpuLevel: 'x86-64-v2' as const }],
  ])('%s is refused with %j', (os, changes, on) => {
    expect(() => resolvePlan(spec({ os, ...changes }), on)).toThrowError(
      expect.objectContaining({
        code: 'spec.cpu-level',
        details: expect.objectContaining({ os: findOs(os)?.id }),
      }),
    );
  });

  it('tells of what was taken away only what the level has', () => {
    const old = host({ qemuVersion: '7.1.50' });
    expect(() => resolvePlan(spec({ os: 'rhel10' }), old)).toThrowError(
      /what QEMU 7\.1\.50 gives its guests lacks .*Use a newer QEMU/,
    );
    expect(() => resolvePlan(spec({ os: 'rhel9.4', ...cpu(undefined, '-cx16') }), old)).toThrowError(
      /without cx16 lacks cx16\. Leave the features in/,
    );
  });

  it('leaves 32-bit models to media for such systems', () => {
    const wanted = spec({ os: 'debian12', ...cpu('pentium3') });
    expect(resolvePlan(wanted, host(), { is32Bit: true }).cpu.model).toBe('pentium3');
    refused(wanted, host(), 'spec.cpu-level');
  });

  it('says of a 32-bit model that it is one', () => {
    expect(() => resolvePlan(spec({ os: 'debian12', ...cpu('coreduo') }), host())).toThrowError(
      /level x86-64, and coreduo \(32-bit\) lacks lm\. .*such as Nehalem/,
    );
  });

  it.each([
    ['rocky9', {}, host()],
    ['rocky9', cpu('Nehalem'), host()],
    ['rhel10', {}, host()],
    ['rhel10', {}, KVM],
    ['rhel10', cpu('Haswell-noTSX'), host()],
    ['debian12', cpu('qemu64'), host()],
  ])('%s is taken with %j', (os, changes, on) => {
    expect(resolvePlan(spec({ os, ...changes }), on).os).toBe(os);
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
    ['preseed', TREE, 'http', 'http', 'preseed.cfg'],
    ['autoinstall', TREE, 'http', 'http', 'user-data'],
    ['preseed', ISO, 'metadata', 'metadata', 'latest/user-data'],
    ['kickstart', TREE, 'config-drive', 'config-drive', 'openstack/latest/user_data'],
    ['autoinstall', ISO, 'config-drive', 'config-drive', 'openstack/latest/user_data'],
    ['user-script', ISO, undefined, 'seed-iso', 'user-data'],
    ['user-script', TREE, 'http', 'http', 'user-data'],
    ['user-script', IMAGE, undefined, 'seed-iso', 'user-data'],
    ['user-script', IMAGE, 'config-drive', 'config-drive', 'openstack/latest/user_data'],
    ['user-script', IMAGE, 'metadata', 'metadata', 'latest/user-data'],
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
    ['kickstart', ISO, 'http'],
    ['kickstart', ISO, 'config-drive'],
    ['preseed', TREE, 'config-drive'],
    ['user-script', TREE, 'initrd'],
    ['user-script', IMAGE, 'http'],
    ['user-script', IMAGE, 'initrd'],
  ] as const)('cannot bring %s to %j by %s', (kind, media, wanted) => {
    refused(spec({ media: [media], ...script(kind, wanted) }), host(), 'script.no-injection');
  });

  it.each(['seed-iso', 'config-drive'] as const)(
    'does not propose what was done to a preseed by %s',
    (wanted) => {
      const given = spec({ media: [TREE], ...script('preseed', wanted) });
      expect(() => resolvePlan(given, host())).toThrow(/leave --inject out/);
      expect(() => resolvePlan(given, host())).not.toThrow(/Use --location/);
    },
  );

  it.each(['http', 'metadata'] as const)(
    'cannot bring anything by %s to a guest without network',
    (wanted) => {
      const without = spec({ media: [TREE], network: 'none', ...script('kickstart', wanted) });
      refused(without, host(), 'script.no-injection');
    },
  );

  it.each([
    [
      'debian13',
      'preseed',
      'http',
      'url=http://10.0.2.2:<port>/<secret>/preseed.cfg auto=true netcfg/enable=true',
    ],
    ['debian13', 'kickstart', 'initrd', 'ks=file:/ks.cfg netcfg/choose_interface=auto'],
    ['debian13', 'kickstart', 'metadata', 'ks=http://169.254.169.254/latest/user-data'],
    ['fedora42', 'kickstart', 'http', 'inst.ks=http://10.0.2.2:<port>/<secret>/ks.cfg'],
    ['fedora42', 'kickstart', 'config-drive', 'inst.ks=hd:LABEL=config-2:/openstack/latest/user_data'],
    ['rhel6.4', 'kickstart', 'metadata', 'ks=http://169.254.169.254/latest/user-data ksdevice=link'],
    ['ubuntu24.04', 'autoinstall', 'seed-iso', 'autoinstall ds=nocloud console='],
    ['ubuntu24.04', 'autoinstall', 'http', 'autoinstall ds=nocloud-net;s=http://10.0.2.2:<port>/<secret>/'],
    [
      'ubuntu24.04',
      'autoinstall',
      'metadata',
      'autoinstall ds=nocloud-net;s=http://169.254.169.254/nocloud/',
    ],
    ['kiln-test', 'user-script', 'metadata', 'ds=nocloud-net;s=http://169.254.169.254/nocloud/'],
    [undefined, 'user-script', 'config-drive', 'ds=configdrive console=ttyS0,115200n8'],
    ['sles15.6', 'autoyast', 'http', 'autoyast=http://10.0.2.2:<port>/<secret>/autoinst.xml'],
  ] as const)('tells the installer of %s where its %s is, by %s', (os, kind, inject, words) => {
    const cpu = { model: 'Haswell', features: [] };
    const system = os === undefined ? {} : { os };
    const plan = resolvePlan(spec({ ...system, cpu, media: [TREE], ...script(kind, inject) }), KVM);
    expect(plan.kernelArguments.join(' ')).toContain(words);
  });

  it('needs media of one kind', () => {
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
      'no_timer_check',
      'norandmaps',
    ]);
    expect(argumentsOf({ os: 'fedora42', ...script('kickstart') })).toContain('inst.cmdline');
    expect(argumentsOf({})).toEqual(['console=ttyS0,115200n8']);
  });

  it.each(['no_timer_check', 'norandmaps'])(
    'tell an emulated kernel %s, but not where the installed system would get the word',
    (word) => {
      expect(argumentsOf(script('preseed'))).toContain(word);
      expect(resolvePlan(spec(script('preseed')), KVM).kernelArguments).not.toContain(word);
      expect(argumentsOf(script('autoyast'))).not.toContain(word);
    },
  );

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

  it('of the boot check grows likewise', () => {
    const bootCheck = { enabled: true, pattern: 'login:', limit: seconds(60) };
    const limitOf = (more: { limitIsLiteral?: true }): number =>
      resolvePlan(spec({ bootCheck: { ...bootCheck, ...more } }), host()).bootCheck.limitSeconds;
    expect(limitOf({})).toBe(240);
    expect(limitOf({ limitIsLiteral: true })).toBe(60);
  });

  it.each([
    ['stall', 200, { totalSeconds: 400, stallSeconds: 200, stallIsLiteral: true }],
    ['stall', 500, { totalSeconds: 400, stallSeconds: 400, stallIsLiteral: true }],
    ['total', 15, { totalSeconds: 15, stallSeconds: 15 }],
  ] as const)(
    'let a %s limit of %d seconds alone never shorten the whole install',
    (which, value, expected) => {
      const asked = { ...limits, [which]: seconds(value), literal: [which] };
      expect(resolvePlan(spec({ limits: asked }), host()).limits).toEqual(expected);
    },
  );
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

describe("the installer's log over the network", () => {
  const line = (changes: Partial<BuildSpec>): readonly string[] =>
    resolvePlan(spec(changes), host()).kernelArguments.filter((word) => /syslog|log_/.test(word));
  const sent = ['log_host=10.0.2.2', 'log_port=<syslog-port>'];

  it('comes from debian-installer unless told otherwise, from Anaconda when asked for', () => {
    expect(line({ os: 'debian13' })).toEqual(sent);
    expect(line(script('preseed'))).toEqual(sent);
    expect(line({ os: 'debian13', syslog: false })).toEqual([]);
    expect(line({ os: 'debian13', network: 'none' })).toEqual([]);
    expect(line({ os: 'debian13', extraArgs: ['log_host=loghost'] })).toEqual(['log_host=loghost']);
    expect(line(script('kickstart'))).toEqual([]);
    expect(line({ ...script('kickstart'), syslog: true })).toEqual(['inst.syslog=10.0.2.2:<syslog-port>']);
    expect(line({ media: [ISO] })).toEqual([]);
  });

  it('is refused where nobody could send it', () => {
    refused(spec({ ...script('autoinstall'), syslog: true }), host(), 'spec.invalid');
    refused(spec({ os: 'debian13', network: 'none', syslog: true }), host(), 'spec.invalid');
    refused(spec({ os: 'debian13', media: [ISO], syslog: true }), host(), 'spec.invalid');
  });
});
