import { expect, it } from 'vitest';
import { gibibytes } from '../../../../src/foundation/size.ts';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const errors = (text: string) =>
  lintScript({ text, kind: 'kickstart', target: { os: 'rhel9', diskSize: gibibytes(10) } }).filter(
    ({ severity, line }) => severity === 'error' && line > 0,
  );

it('takes the last of two endings, as pykickstart does', () => {
  expect(errors('shutdown\nreboot\n')).toEqual([]);
  expect(errors('halt\npoweroff\n')).toEqual([]);
  expect(errors('poweroff\nhalt\n')).toMatchObject([{ rule: 'kickstart.halts', line: 2 }]);
});

it('takes autostep, which shows each screen and waits for nobody', () => {
  expect(errors('autostep --autoscreenshot\n')).toEqual([]);
});

it('counts no file system in memory among the partitions', () => {
  const text = (type: string) => `part / --size=8000\npart --fstype=${type} --size 5000 /tmp\n`;
  expect(errors(text('tmpfs'))).toEqual([]);
  expect(errors(text('xfs'))).toMatchObject([{ rule: 'kickstart.partitions-too-large' }]);
  expect(errors('part --size 20000 /\n')).toMatchObject([
    { message: expect.stringContaining('19.5 GiB of them for /,') },
  ]);
});
