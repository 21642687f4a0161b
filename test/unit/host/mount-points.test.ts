import { expect, test } from 'vitest';
import { mountsOf } from '../../../src/host/mount-points.ts';

const MOUNTS = `27 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw
28 27 254:1 /srv /mnt/a\\040b rw,relatime - ext4 /dev/vda1 rw
29 27 254:1 / / rw,relatime - ext4 /dev/vda1 rw
30 27 0:25 / /run rw,nosuid - tmpfs tmpfs rw
`;

test('each place of a device is told once, as it is called', () => {
  expect(mountsOf(MOUNTS, new Set(['254:0', '254:1']))).toEqual(['/', '/mnt/a b']);
  expect(mountsOf(MOUNTS, new Set(['254:0']))).toEqual([]);
});
