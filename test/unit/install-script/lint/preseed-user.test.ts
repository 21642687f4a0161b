import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const USER = /passwd\/(?:make-user|user)/;
const proposed = (...lines: readonly string[]) =>
  lintScript({ text: `${lines.join('\n')}\n`, kind: 'preseed', target: {} })
    .filter(({ rule, fix }) => rule === 'preseed.missing-answer' && USER.test(fix))
    .map(({ fix }) => fix.replace('add for example: d-i ', '').split(' ')[0]);

it.each([
  [
    'a user that is wanted',
    ['d-i passwd/make-user boolean true', 'd-i passwd/username string anna'],
    ['passwd/user-fullname', 'passwd/user-password-crypted'],
  ],
  [
    'a user that has a name',
    ['d-i passwd/username string anna', 'd-i passwd/user-fullname string Anna'],
    ['passwd/user-password-crypted'],
  ],
  [
    'a user that may be wanted',
    ['d-i passwd/make-user boolean true'],
    ['passwd/username', 'passwd/user-fullname', 'passwd/user-password-crypted'],
  ],
  ['no word of a user', [], ['passwd/make-user', 'passwd/make-user', 'passwd/make-user']],
  [
    'a user that must be, for root may not log in',
    ['d-i passwd/root-login boolean false'],
    ['passwd/username', 'passwd/user-fullname', 'passwd/user-password-crypted'],
  ],
  [
    'a user that must be, whatever make-user says',
    [
      'd-i passwd/root-login boolean false',
      'd-i passwd/make-user boolean false',
      'd-i passwd/username string anna',
    ],
    ['passwd/user-fullname', 'passwd/user-password-crypted'],
  ],
  [
    'a user that must be and is there',
    [
      'd-i passwd/root-login boolean false',
      'd-i passwd/username string anna',
      'd-i passwd/user-fullname string Anna',
      'd-i passwd/user-password-crypted password *',
    ],
    [],
  ],
  ['no user', ['d-i passwd/make-user boolean false', 'd-i passwd/username string anna'], []],
])('%s: what is missing is proposed, not the opposite', (_what, lines, wanted) => {
  expect(proposed(...lines)).toEqual(wanted);
});

it('says why make-user does not count where root may not log in', () => {
  const text = 'd-i passwd/root-login boolean false\nd-i passwd/make-user boolean false\n';
  const messages = lintScript({ text, kind: 'preseed', target: {} })
    .map(({ message }) => message)
    .filter((message) => message.includes("the user's name"));
  expect(messages).toEqual([expect.stringMatching(/root may not log in.*whatever passwd\/make-user says/)]);
});

it("asks nobody for root's password on Ubuntu, where root may not log in unless told so", () => {
  const asked = (os: string, text = '') =>
    lintScript({ text, kind: 'preseed', target: { os } }).filter(({ fix }) => fix.includes('passwd/root-'));
  expect(asked('ubuntu20.04')).toEqual([]);
  expect(asked('ubuntu20.04', 'd-i passwd/root-login boolean true\n')).toHaveLength(1);
  expect(asked('debian12')).toHaveLength(1);
});

it('asks nobody whether a new partition table may be written: what divides an empty disk by itself does it', () => {
  const all = lintScript({ text: '', kind: 'preseed', target: { os: 'debian12' } });
  expect(all.filter(({ fix }) => fix.includes('confirm_write_new_label'))).toEqual([]);
});
