import { describe, expect, it } from 'vitest';
import { bytes, gibibytes } from '../../../../src/foundation/size.ts';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';
import type { LintTarget } from '../../../../src/install-script/lint/lint-target.ts';

const FOUR: LintTarget = { diskSize: gibibytes(4), memory: bytes(1_000_000_000) };

const recipe = (...partitions: readonly string[]): string =>
  `d-i partman-auto/expert_recipe string \\\n  mine :: \\\n${partitions.map((one) => `    ${one} .`).join(' \\\n')}\n`;

const found = (text: string, target: LintTarget = FOUR) =>
  lintScript({ text, kind: 'preseed', target }).filter(({ rule }) => rule === 'preseed.recipe-too-large');

/** 4 GiB are 4294 of partman's megabytes. */
describe('a recipe that needs more than the disk', () => {
  it('is refused with both sizes, the line of its largest partition and what that is for', () => {
    const text = recipe('500 600 700 ext4 mountpoint{ / }', '50000 60000 60000 ext4 mountpoint{ /srv }');
    expect(found(text)).toEqual([
      expect.objectContaining({
        severity: 'error',
        line: 4,
        message: expect.stringMatching(/50500 MB .*50000 MB of them for \/srv.*4294 MB \(4\.0 GiB\)/),
        fix: expect.stringContaining('--disk'),
      }),
    ]);
  });

  it.each([
    ['the last megabyte', ['2294 1 -1 ext4', '2000 1 -1 ext4'], []],
    ['one more than that', ['2295 1 -1 ext4', '2000 1 -1 ext4'], [3]],
    ['a largest size of more than the disk', ['500 60000 60000 ext4', '500 1 -1 ext4'], []],
    ['a percentage of the memory', ['3300 1 -1 ext4', '100% 1 -1 linux-swap'], [3]],
    ['a size and a percentage', ['3300 1 -1 ext4', '500+50% 1 -1 linux-swap'], [3]],
    ['half of it', ['3300 1 -1 ext4', '50% 1 -1 linux-swap'], []],
    ['-1 as the smallest size, which no disk has', ['-1 1 -1 ext4', '50% 1 -1 linux-swap'], [3]],
    ['another kind of partition table', ['4000 1 -1 ext4', '600 1 1 free $iflabel{ gpt }'], []],
    ['what is left out without LVM', ['4000 1 -1 ext4', '600 1 1 ext4 $defaultignore{ }'], []],
    ['what is left out with LVM alone', ['4000 1 -1 ext4', '600 1 1 ext4 $lvmignore{ }'], [3]],
  ])('counts %s as partman does', (_what, partitions, lines) => {
    expect(found(recipe(...partitions)).map(({ line }) => line)).toEqual(lines);
  });

  const big = recipe('50000 1 -1 ext4');

  it('knows LVM, and the cap of the memory', () => {
    const lvm = 'd-i partman-auto/method string lvm\n';
    expect(found(lvm + recipe('4000 1 -1 ext4', '600 1 1 ext4 $lvmignore{ }'))).toEqual([]);
    expect(found(lvm + big)).toHaveLength(1);
    const cap = 'd-i partman-auto/cap-ram string 500\n';
    expect(found(cap + recipe('3500 1 -1 ext4', '100% 1 -1 linux-swap'))).toEqual([]);
  });

  it('is not judged where the disk, the recipe or the method is not known', () => {
    expect(found(big, {})).toEqual([]);
    expect(found(recipe('{{size}} 1 -1 ext4', '50000 1 -1 ext4'))).toEqual([]);
    expect(found(`${big}d-i partman-auto/method string raid\n`)).toEqual([]);
    const command = 'd-i partman/early_command string debconf-set partman-auto/expert_recipe "$(cat /r)"\n';
    expect(found(big + command)).toEqual([]);
  });
});
