import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (...lines: readonly string[]) =>
  lintScript({ text: lines.join('\n'), kind: 'kickstart', target: { os: 'fedora42' } })
    .filter(({ rule }) => rule === 'kickstart.bad-layout')
    .map(({ line, message }) => `${line}: ${message}`);

it('tells a layout without a root', () => {
  expect(found('part /boot --size=500', 'part swap --size=500')).toEqual([
    expect.stringContaining('1: nothing is mounted at /'),
  ]);
});

it('tells what is made twice', () => {
  expect(found('part / --size=500', 'part / --size=500')).toEqual(['2: / is made in line 1 as well']);
});

it.each(['part home', 'part root --fstype=ext4', 'logvol var --vgname=v --name=var', 'mount /dev/vda2 home'])(
  'tells a mount point that is none: %s',
  (line) => {
    expect(found('%include /tmp/parts', `${line} --size=1`)).toContainEqual(
      expect.stringMatching(/^2: \w+ is to be mounted at "\w+", which is no place/),
    );
  },
);

it('tells members and groups that no command makes', () => {
  expect(
    found('part pv.01 --size=1', 'volgroup vg pv.02', 'logvol / --vgname=vgg --name=r --size=1'),
  ).toEqual(['2: volgroup takes pv.02, which no command makes', '3: no volgroup makes the group vgg']);
  expect(found('part raid.1 --size=1', 'raid / --device=md0 --level=1 raid.1 raid.2')).toEqual([
    '2: raid takes raid.2, which no command makes',
  ]);
});

it.each([
  [['autopart --type=lvm']],
  [['part swap --size=1', 'part swap --size=1', 'part / --size=1']],
  [
    [
      'part raid.1 --size=1',
      'part raid.2 --size=1',
      'raid pv.1 --device=md0 --level=1 raid.1 raid.2',
      'volgroup v pv.1',
      'logvol / --vgname v --name r --size 1',
    ],
  ],
  [['volgroup v --noformat', 'logvol / --vgname=v --name=r --useexisting']],
  [
    [
      'part pv.1 --size=1',
      'volgroup v --pesize=4096 pv.1',
      'logvol none --vgname=v --name=p --thinpool --size=1',
      'logvol / --vgname=v --name=r --thin --poolname=p --size=1',
    ],
  ],
  [['part btrfs.1 --size=1', 'btrfs none --label=x btrfs.1', 'btrfs / --subvol --name=root x']],
  [['%include /tmp/parts', 'logvol pool00 --vgname=v --name=pool00 --thinpool --size=1']],
  [['mount /dev/vda1 /', 'mount /dev/vda2 none', 'mount /dev/vda3 swap']],
  [
    [
      'part / --size=1',
      ...'biosboot prepboot appleboot None /boot/efi {{place}}'
        .split(' ')
        .map((place) => `part ${place} --size=1`),
    ],
  ],
  [['%include /tmp/parts', 'volgroup vg pv.01']],
  [['part / --size={{size}}']],
])('says nothing of %j', (lines) => {
  expect(found(...lines)).toEqual([]);
});
