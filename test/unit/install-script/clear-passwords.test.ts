import { expect, test } from 'vitest';
import { clearPasswords } from '../../../src/install-script/clear-passwords.ts';
import { structureOf } from '../../../src/install-script/lint/lint-script.ts';
import type { InstallScriptKind } from '../../../src/spec/build-spec.ts';

const PASSWORD = 'correct-horse';

test.each<[InstallScriptKind, string]>([
  ['preseed', `d-i passwd/root-password password ${PASSWORD}\n`],
  ['preseed', `d-i passwd/user-password-again password ${PASSWORD}\n`],
  ['preseed', `d-i preseed/late_command string echo root:${PASSWORD} | in-target chpasswd\n`],
  ['kickstart', `rootpw ${PASSWORD}\n`],
  ['kickstart', `rootpw --plaintext "${PASSWORD}"\n`],
  ['kickstart', `user --name=joe --password=${PASSWORD}\n`],
  ['kickstart', `autopart --encrypted --passphrase=${PASSWORD}\n`],
  ['kickstart', `%post\necho "joe:${PASSWORD}" | chpasswd\n%end\n`],
  ['autoinstall', `#cloud-config\nautoinstall:\n  identity: {username: joe, password: ${PASSWORD}}\n`],
  ['autoinstall', `autoinstall:\n  user-data:\n    users: [{name: joe, plain_text_passwd: ${PASSWORD}}]\n`],
  [
    'autoyast',
    `<profile><users><user><username>root</username><user_password>${PASSWORD}</user_password></user></users></profile>`,
  ],
  ['user-script', `#!/bin/sh\nprintf 'joe:${PASSWORD}\\n' | chpasswd\n`],
])('finds the password that a %s has in clear: %s', (kind, text) => {
  expect(clearPasswords(structureOf(text, kind, {}))).toContain(PASSWORD);
});

test.each<[InstallScriptKind, string]>([
  ['preseed', 'd-i passwd/root-password-crypted password $6$salt$hash\n'],
  ['kickstart', 'rootpw --iscrypted $6$salt$hash\n'],
  ['kickstart', 'rootpw --lock\nuser --name=correct-horse\n'],
  ['user-script', '#!/bin/sh\necho joe:correct-horse\n'],
])('takes nothing else for one in a %s: %s', (kind, text) => {
  expect(clearPasswords(structureOf(text, kind, {}))).toEqual([]);
});
