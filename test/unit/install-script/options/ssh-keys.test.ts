import { expect, it } from 'vitest';
import { commonProblems } from '../../../../src/install-script/options/common-options.ts';
import { SSH_KEYS } from '../../../support/ssh-keys.ts';

const problemOf = (keys: string): string | undefined => commonProblems({ ssh_keys: keys })[0]?.problem;
const dataOf = (key: string): string => key.split(' ')[1] ?? '';

function blob(...fields: readonly string[]): string {
  const parts = fields.map((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return Buffer.concat([length, Buffer.from(field)]);
  });
  return Buffer.concat(parts).toString('base64');
}

it.each(Object.entries(SSH_KEYS))('a key of the kind %s is taken', (_, key) => {
  expect(problemOf(`${key} me@desk`)).toBeUndefined();
});

it.each([
  ['ssh-ed25519 AAAA', 'its data is cut short'],
  [SSH_KEYS.ed25519.slice(0, -4), 'its data is cut short'],
  [SSH_KEYS.rsa.slice(0, -20), 'its data is cut short'],
  [SSH_KEYS.ecdsa.replace(/=$/, ''), 'its data is cut short'],
  [`ssh-ed25519 ${blob('ssh-ed25519')}`, 'its data is cut short'],
  [`${SSH_KEYS.ed25519}AAAA`, 'its data is cut short'],
  [`ssh-ed25519 ${blob('ssh-ed25519', 'k'.repeat(32), 'x')}`, 'its data goes on behind its end'],
  [`${SSH_KEYS.ed25519}=`, 'its data goes on behind its end'],
  [`ssh-rsa ${dataOf(SSH_KEYS.ed25519)}`, 'its data is of a key of another type, ssh-ed25519'],
  [`ssh-rsa ${blob('hello', 'x', 'y')}`, 'its data is not that of a key of the type ssh-rsa'],
  [`ecdsa-sha2-nistp999 ${dataOf(SSH_KEYS.ecdsa)}`, 'keys have no type ecdsa-sha2-nistp999'],
])('%s is refused', (key, reason) => {
  expect(problemOf(`${SSH_KEYS.rsa}; ${key} me`)).toMatch(/^key 2 \(.{1,31}\) is none that sshd takes: /);
  expect(problemOf(`${SSH_KEYS.rsa}; ${key} me`)).toContain(`: ${reason}; copy the whole line`);
});

it('of a certificate the type is compared', () => {
  const type = 'sk-ssh-ed25519-cert-v01@openssh.com';
  expect(problemOf(`${type} ${blob(type, 'nonce')}AAAA`)).toBeUndefined();
  expect(problemOf(`${type} ${dataOf(SSH_KEYS.ed25519)}`)).toContain('another type, ssh-ed25519');
});

it('of several keys the wrong one is named, and why', () => {
  expect(problemOf(`${SSH_KEYS.ed25519} me; ${SSH_KEYS.rsa} Bob's laptop`)).toMatch(
    /^key 2 has a comment .*leave the comment out/,
  );
  expect(problemOf(`nonsense; ${SSH_KEYS.ed25519}`)).toContain('key 1 (nonsense) is no public SSH key');
});
