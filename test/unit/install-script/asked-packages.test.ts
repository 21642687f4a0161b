import { expect, test } from 'vitest';
import { askedPackages } from '../../../src/install-script/asked-packages.ts';

test('a preseed file asks by pkgsel/include, any script by the variable', () => {
  const preseed = '# d-i pkgsel/include string no\nd-i pkgsel/include string sudo \\\n cloud-init\n';
  expect(askedPackages(preseed, 'preseed', {})).toEqual(['sudo', 'cloud-init']);
  expect(askedPackages('%packages\nvim\n%end\n', 'kickstart', { packages: 'vim  tree' })).toEqual([
    'vim',
    'tree',
  ]);
});
