import { expect, test } from 'vitest';
import { kernelSecretsNote } from '../../../src/build/kernel-secrets-note.ts';

test.each([
  [['inst.rootpw=Zx9'], 'argument inst.rootpw looks'],
  [
    ['quiet', 'passwd/root-password=Zx9', 'inst.vncpassword=Zx9'],
    'passwd/root-password, inst.vncpassword look',
  ],
  [['quiet mirror/http/proxy=http://joe:Zx9@proxy'], 'argument mirror/http/proxy looks'],
])('%j are told without their values', (words, told) => {
  expect(kernelSecretsNote(words)).toContain(told);
  expect(kernelSecretsNote(words)).not.toContain('Zx9');
});

test.each([
  [[]],
  [['quiet', 'inst.ks=http://host/ks.cfg?os=x', 'rootpw=', 'inst.nosave=password', 'console=ttyS0']],
])('%j are no secrets', (words) => {
  expect(kernelSecretsNote(words)).toBeUndefined();
});
