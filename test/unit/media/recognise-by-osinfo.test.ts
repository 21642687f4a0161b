import { expect, it } from 'vitest';
import { recogniseByOsinfo } from '../../../src/media/recognise-by-osinfo.ts';
import type { OsinfoMedia } from '../../../src/osinfo/osinfo-media.ts';

const KNOWN: readonly OsinfoMedia[] = [
  { osId: 'mini', title: 'Mini', arch: 'all', volumeId: 'MINI' },
  { osId: 'mini3', title: 'Mini 3', arch: 'x86_64', volumeId: 'MINI_3(_\\d)?', systemId: 'LINUX' },
  { osId: 'odd', title: 'Odd', arch: 'x86_64', volumeId: '(?i)MINI_3' },
];
const iso = { volumeLabel: 'MINI_3_1', systemId: 'LINUX', publisherId: '' };

it('takes the system that asks for most', () => {
  expect(recogniseByOsinfo(iso, () => KNOWN)).toMatchObject({ osId: 'mini3', arch: 'x86_64' });
  const other = { ...iso, systemId: 'BSD' };
  expect(recogniseByOsinfo(other, () => KNOWN)).toMatchObject({ osId: 'mini' });
  expect(recogniseByOsinfo({ ...iso, volumeLabel: 'X MINI' }, () => KNOWN)).toBeUndefined();
});
