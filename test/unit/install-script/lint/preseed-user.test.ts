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
  ['no user', ['d-i passwd/make-user boolean false', 'd-i passwd/username string anna'], []],
])('%s: what is missing is proposed, not the opposite', (_what, lines, wanted) => {
  expect(proposed(...lines)).toEqual(wanted);
});
