import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const ROOT =
  '500 1000 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } .';
const SRV =
  '500 1000 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ /srv } .';

const recipe = (...lines: readonly string[]): string =>
  `d-i partman-auto/expert_recipe string \\\n  mine :: \\\n${lines.map((line) => `    ${line}`).join(' \\\n')}\n`;

const found = (rule: string, text: string) =>
  lintScript({ text, kind: 'preseed', target: {} }).filter((finding) => finding.rule === rule);
const faults = (text: string) => found('preseed.bad-recipe', text);

describe('a recipe that debian-installer reads otherwise than it is meant', () => {
  it.each([
    ['its last partition is not closed', [SRV, ROOT.replace(' .', '')], 4],
    ['the period sticks to the word before', [SRV, ROOT.replace(' .', '.')], 4],
    ['all of it is one open partition', [ROOT.replace(' .', '')], 3],
  ])('%s', (_what, lines, line) => {
    expect(faults(recipe(...lines))).toEqual([
      expect.objectContaining({
        severity: 'error',
        line,
        message: expect.stringContaining('not closed'),
        fix: expect.stringContaining('` .`'),
      }),
    ]);
  });

  it.each([
    ['mountpoint{/}', 'mountpoint{ / }'],
    ['mountpoint{ /}', '/ }'],
    ['mountpoint{/ }', 'mountpoint{ /'],
    ['mountpoint{ / }.', '} .'],
    ['$iflabel{gpt} mountpoint{ / }', '$iflabel{ gpt }'],
  ])('knows no braces without blanks: %s', (written, fix) => {
    const text = recipe(ROOT.replace('mountpoint{ / }', written), SRV);
    expect(faults(text)).toEqual([
      expect.objectContaining({ severity: 'error', line: 3, fix: `write: ${fix}` }),
    ]);
  });

  it.each([
    ['none', [SRV]],
    ['one that is called root', [SRV, ROOT.replace('{ / }', '{ root }')]],
    ['no partition at all', []],
  ])('misses a partition for /: %s', (_what, lines) => {
    expect(faults(recipe(...lines))).toEqual([
      expect.objectContaining({ line: 1, message: expect.stringContaining('No root file system') }),
    ]);
  });

  it.each([
    ['whole', recipe(SRV, ROOT)],
    ['in one line', `d-i partman-auto/expert_recipe string mine :: ${ROOT}\n`],
    ['with a name of several words', `d-i partman-auto/expert_recipe string my own : ${ROOT}\n`],
    ['with marks, which are looked for anywhere', recipe(ROOT.replace('ext4 ', 'ext4 $primary{} $lvmok{} '))],
    ['not there', 'd-i partman-auto/expert_recipe string\n'],
    ['filled in later', recipe('{{partitions}}')],
    [
      'for RAID, which has its own',
      `d-i partman-auto/method string raid\n${recipe('500 1 -1 raid method{ raid } .')}`,
    ],
    [
      'chosen by a command',
      `d-i partman/early_command string debconf-set partman-auto/expert_recipe x\n${recipe(SRV)}`,
    ],
  ])('takes one that is %s', (_what, text) => {
    expect(faults(text)).toEqual([]);
  });
});

describe('a file system of a recipe', () => {
  const unknown = (text: string) => found('preseed.unknown-file-system', text);

  it('that is not known may not be made', () => {
    expect(unknown(recipe(SRV, ROOT.replace('{ ext4 }', '{ ext5 }')))).toEqual([
      expect.objectContaining({
        severity: 'warning',
        line: 4,
        message: expect.stringContaining('"ext5"'),
        fix: 'write: filesystem{ ext4 }',
      }),
    ]);
  });

  it.each([
    ['ext4', ROOT],
    ['btrfs', ROOT.replaceAll('ext4', 'btrfs')],
    ['none that is made', '64 64 64 free method{ efi } format{ } filesystem{ vfat } .'],
    ['none', '64 64 64 ext4 method{ format } format{ } .'],
  ])('is not told: %s', (_what, partition) => {
    expect(unknown(recipe(ROOT, partition))).toEqual([]);
  });
});

it('passes over what debian-installer passes over', () => {
  expect(faults(recipe(ROOT.replace('mountpoint', 'label { ROOT } mountpoint')))).toEqual([]);
  expect(faults(`${recipe(`${ROOT} \\`).trimEnd()}\n# a comment that the backslash took along\n`)).toEqual(
    [],
  );
});
