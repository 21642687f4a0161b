import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (...lines: readonly string[]) =>
  lintScript({ text: `${lines.join('\n')}\n`, kind: 'preseed', target: {} })
    .filter(({ rule }) => rule === 'preseed.bad-username')
    .map(({ line, severity, message }) => ({ line, severity, message }));

it.each([
  ['backup', /system/],
  ['www-data', /system/],
  ['root', /system/],
  ['sudo', /system/],
  ['Anna', /lower-case/],
  ['1anna', /lower-case/],
  ['anna admin', /lower-case/],
  ['a'.repeat(33), /32/],
])('%s is no name for a user', (name, message) => {
  expect(found(`d-i passwd/username string ${name}`)).toEqual([
    { line: 1, severity: 'error', message: expect.stringMatching(message) },
  ]);
});

it.each(['anna', 'a', 'anna-1', 'anna_1', 'debian', 'admin', '{{user}}', '', 'a'.repeat(32)])(
  '%j may be one',
  (name) => {
    expect(found(`d-i passwd/username string ${name}`)).toEqual([]);
  },
);

it('is not looked at where no user is made, nor in quotes, which are told', () => {
  expect(found('d-i passwd/make-user boolean false', 'd-i passwd/username string backup')).toEqual([]);
  expect(found('d-i passwd/username string "anna"')).toEqual([]);
});

it('is looked at where root may not log in, for then a user is made in any case', () => {
  const [root, user] = ['d-i passwd/root-login boolean false', 'd-i passwd/make-user boolean false'];
  expect(found(root, user, 'd-i passwd/username string backup')).toMatchObject([{ line: 3 }]);
});
