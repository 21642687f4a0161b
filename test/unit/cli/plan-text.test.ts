import { describe, expect, it } from 'vitest';
import { planText } from '../../../src/cli/plan-command.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { planFixture } from '../../support/plan-fixture.ts';

const plain = styleFor({ colours: false });

describe('planText', () => {
  it('shows every choice and no control characters', () => {
    const text = planText(
      planFixture({
        cpu: { mode: 'maximum', features: [{ name: 'cx16', policy: 'disable' }] },
        media: [
          { kind: 'location', from: '/tree' },
          { kind: 'location', from: '/b\u001b[2J' },
        ],
        script: { path: '/a/script', kind: 'preseed', inject: 'initrd', installName: 'preseed.cfg' },
        variables: { a: 'b' },
      }),
      plain,
    );
    const parts = [
      'demo',
      'tcg (no /dev/kvm)',
      'maximum -cx16',
      '1024 MiB',
      'location /tree',
      '/a/script (preseed',
      'locked',
    ];
    for (const part of [...parts, 'a = b', 'qcow2', 'login:']) expect(text).toContain(part);
    expect(text).not.toContain('\u001b');
  });

  it('names the loader where there is one', () => {
    expect(planText(planFixture({ loader: 'ipxe' }), plain)).toMatch(/^Loader +iPXE/m);
    expect(planText(planFixture({}), plain)).not.toContain('iPXE');
  });

  it('tells what media add to the kernel line, and how long the boot check waits', () => {
    const plan = planFixture({
      media: [
        { kind: 'location', from: 'apt-mirror:trixie' },
        { kind: 'location', from: 'debian-offline:trixie' },
      ],
      bootCheck: { enabled: true, pattern: 'login:', limitSeconds: 480 },
    });
    const text = planText(plan, plain);
    expect(text).toMatch(/^Media add .*mirror\/http\/hostname=<host>.*mirror\/suite=trixie/m);
    expect(text).toMatch(/^ {2}or .*apt-setup\/use_mirror=false/m);
    expect(text).toContain('/login:/, at most 8m');
    expect(planText(planFixture({ media: [{ kind: 'cdrom', from: '/x.iso' }] }), plain)).not.toContain(
      'Media add',
    );
  });

  it.each([
    ['kickstart', true],
    ['preseed', false],
  ] as const)('speaks of Anaconda where a %s may be for it', (kind, mentioned) => {
    const script = { path: '/s', kind, inject: 'initrd', installName: 's' } as const;
    for (const from of ['/x.iso', 'http://mirror/tree/']) {
      const text = planText(planFixture({ media: [{ kind: 'location', from }], script }), plain);
      expect(text.includes('Anaconda')).toBe(mentioned);
    }
  });

  it('calls VHD by the name it was asked for', () => {
    expect(planText(planFixture({ outputs: [{ format: 'vpc' }] }), plain)).toMatch(/^Outputs +vhd$/m);
  });

  it('says that an imported disk keeps its size', () => {
    const plan = planFixture({
      media: [{ kind: 'import', from: '/d.qcow2' }],
      disk: { bus: 'sata', target: 'sda' },
    });
    expect(planText(plan, plain)).toContain("as large as the image's on sata");
  });
});
