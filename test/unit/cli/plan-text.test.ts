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

  it('says that an imported disk keeps its size', () => {
    const plan = planFixture({
      media: [{ kind: 'import', from: '/d.qcow2' }],
      disk: { bus: 'sata', target: 'sda' },
    });
    expect(planText(plan, plain)).toContain("as large as the image's on sata");
  });
});
