import { expect, test } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (line: string, os: string) =>
  lintScript({ text: `text\n${line}\n`, kind: 'kickstart', target: { os } }).filter(
    ({ rule }) => rule === 'kickstart.root-user',
  );

test.each(['user --name=root', 'user --groups=wheel --name root'])('%s makes nobody', (line) => {
  expect(found(line, 'rocky9')).toMatchObject([
    { line: 2, severity: 'warning', fix: expect.stringContaining('rootpw') },
  ]);
});

test.each([
  ['user --name=rooty', 'rocky9'],
  ['sshkey --username=root "ssh-ed25519 AAAA me"', 'rocky9'],
  ['user root --fullname=Root', 'debian13'],
])('%s on %s is another matter', (line, os) => {
  expect(found(line, os)).toEqual([]);
});
