import { expect, test } from 'vitest';
import { withPackages } from '../../../src/media/made-media.ts';

test.each([
  ['debian-offline:trixie', 'debian-offline:trixie/tree/vim'],
  ['debian-offline:trixie/cloud-init/vim', 'debian-offline:trixie/cloud-init/tree/vim'],
  ['apt-mirror:trixie', 'apt-mirror:trixie'],
  ['/debian.iso', '/debian.iso'],
])('packages for an ISO that is made: %s', (from, to) => {
  expect(withPackages(from, ['vim', 'tree', 'vim', 'standard^', '../x', '-'])).toBe(to);
});
