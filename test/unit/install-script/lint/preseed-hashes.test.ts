import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (...lines: readonly string[]) =>
  lintScript({ text: `${lines.join('\n')}\n`, kind: 'preseed', target: {} }).filter(
    ({ rule }) => rule === 'preseed.bad-hash',
  );

const ROOT = 'd-i passwd/root-password-crypted password';
const USER = 'd-i passwd/user-password-crypted password';

describe('a password where a hash belongs', () => {
  it.each([ROOT, USER])('%s: is refused and not shown', (line) => {
    for (const password of ['geheim', '$ecret', 'two words', '<output of openssl passwd -6>']) {
      const findings = found(`${line} ${password}`);
      expect(findings).toEqual([
        expect.objectContaining({
          severity: 'error',
          line: 1,
          message: expect.stringContaining('no hash'),
          fix: expect.stringContaining('openssl passwd -6'),
        }),
      ]);
      if (password === 'geheim') expect(JSON.stringify(findings)).not.toContain(password);
    }
  });

  it.each([
    '$6$salt$hash',
    '$6$rounds=5000$salt$Zx9abcdefghijkl',
    '$y$j9T$salt$hash',
    '$2b$10$saltandhash',
    '$1$salt$hash',
    '$md5,rounds=904$salt$hash',
    'rEK1ecacw.7.c',
    '_J9..K0AyUubDrfOgO4s',
    '{{root_password_hash}}',
    '*',
    '!*',
    '!$6$salt$hash',
    '',
  ])('%j may be one', (value) => {
    expect(found(`${ROOT} ${value}`, `${USER} ${value}`)).toEqual([]);
  });
});

it("knows that a lone ! is no answer for root's password, which may be locked with *", () => {
  expect(found(`${ROOT} !`)).toMatchObject([
    { line: 1, message: expect.stringContaining('asks'), fix: expect.stringContaining('*') },
  ]);
  expect(found(`${USER} !`)).toEqual([]);
  expect(found('d-i passwd/root-login boolean false', `${ROOT} !`)).toEqual([]);
});
