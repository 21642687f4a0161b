import { expect, it } from 'vitest';
import { parseHostRequirements, readHostRequirements } from '../../../src/host/host-packages.ts';

it('reads words, comments and blanks', () => {
  const text = '# head\n\nrun  qemu-img,/usr/lib/*/qemu-img   qemu-utils  ?qemu-img  -  qemu-img\n';
  expect(parseHostRequirements(text)).toEqual([
    {
      group: 'run',
      probes: ['qemu-img', '/usr/lib/*/qemu-img'],
      packages: { apt: 'qemu-utils', dnf: 'qemu-img', zypper: '', pacman: 'qemu-img' },
    },
  ]);
});

it('refuses a line with a missing column', () => {
  expect(() => parseHostRequirements('run qemu-img qemu-utils')).toThrow(/six words/);
});

it('refuses two packages in one column, which the launcher would hand to apt as one', () => {
  expect(() => parseHostRequirements('run gpg gpg,gpg-agent gnupg2 gpg2 gnupg')).toThrow(
    /one package a line/,
  );
});

it('reads the table that the launcher reads', async () => {
  expect((await readHostRequirements()).length).toBeGreaterThan(20);
});
