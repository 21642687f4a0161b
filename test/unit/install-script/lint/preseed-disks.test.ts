import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';
import type { LintTarget } from '../../../../src/install-script/lint/lint-target.ts';

const found = (line: string, target: LintTarget = { disk: 'vda' }) =>
  lintScript({ text: `# a comment\n${line}\n`, kind: 'preseed', target })
    .filter(({ rule }) => rule === 'preseed.disk-name')
    .map(({ line: at, severity, message, fix }) => ({ line: at, severity, message, fix }));

const DIVIDED = 'd-i partman-auto/disk string';
const BOOTED = 'd-i grub-installer/bootdev string';

it.each([
  [`${DIVIDED} vda`, 'no path', 'write /dev/vda'],
  [`${DIVIDED} default`, 'no path', 'write /dev/vda'],
  [`${DIVIDED} (hd0)`, 'no path', 'write /dev/vda'],
  [`${DIVIDED} sda`, 'does not exist', 'write /dev/vda, or choose another bus for the disk'],
  [`${DIVIDED} /dev/vda1`, 'is a partition', 'write /dev/vda'],
  [`${BOOTED} vda`, 'no path', 'write /dev/vda, or default'],
  [`${BOOTED} hd0`, 'no path', 'write /dev/vda, or default'],
  [`${BOOTED} /dev/vdb`, 'does not exist', 'write /dev/vda, or choose another bus for the disk'],
])('%s: debian-installer finds no such disk', (line, what, fix) => {
  expect(found(line)).toEqual([{ line: 2, severity: 'error', message: expect.stringContaining(what), fix }]);
});

it('is told of a form that is wrong where the disk is not known', () => {
  expect(found(`${DIVIDED} sdb`, {})).toMatchObject([{ fix: 'write /dev/sdb' }]);
  expect(found(`${DIVIDED} /dev/nvme0n1p2`, {})).toMatchObject([{ fix: 'write /dev/nvme0n1' }]);
  expect(found(`${DIVIDED} /dev/nvme0n1`, {})).toEqual([]);
});

it.each([
  `${DIVIDED} /dev/vda`,
  `${DIVIDED} /dev/disk/by-path/pci-0000:04:00.0`,
  `${DIVIDED} /dev/mapper/mpatha`,
  `${DIVIDED} {{disk_device}}`,
  `${DIVIDED} "vda"`,
  `${DIVIDED}`,
  `${BOOTED} default`,
  `${BOOTED} (hd0)`,
  `${BOOTED} (hd0,1)`,
  `${BOOTED} /dev/vda1`,
  `${BOOTED} /dev/vda`,
])('%s: nothing', (line) => {
  expect(found(line)).toEqual([]);
});
