import { expect, it } from 'vitest';
import { installAdvice, packageManagerOf } from '../../../src/host/distribution.ts';

it.each([
  ['ID=debian\nVERSION_ID="13"', 'apt'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"', 'apt'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'dnf'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 'zypper'],
  ['ID=arch', 'pacman'],
  ['ID=gentoo', undefined],
  ['', undefined],
])('knows the package manager of %j', (osRelease, manager) => {
  expect(packageManagerOf(osRelease)).toBe(manager);
});

it('gives a line to paste, or words where the distribution is unknown', () => {
  expect(installAdvice('apt', ['xorriso', 'mtools'])).toBe('sudo apt-get install xorriso mtools');
  expect(installAdvice(undefined, ['xorriso'])).toContain('xorriso');
});
