import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuildSandbox, buildSandbox } from '../../support/build-sandbox.ts';

/** Scripts that could only fail, as a build takes them: refused by file and line before anything is fetched or started. */
let sandbox: BuildSandbox;
beforeAll(() => {
  sandbox = buildSandbox();
});
afterAll(() => sandbox.remove());

const KICKSTART =
  'lang en_US.UTF-8\nkeyboard us\ntimezone UTC\nrootpw --lock\nclearpart --all --initlabel\nautopart\n';
const PRESEED = 'd-i debian-installer/locale string en_US\nd-i preseed/late_command string true\n';
const AUTOINSTALL = '#cloud-config\nautoinstall:\n  version: 1\n';
const PROFILE =
  '<?xml version="1.0"?>\n<!DOCTYPE profile>\n<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">\n';

const CASES: readonly (readonly [
  what: string,
  name: string,
  content: string | Buffer,
  os: string,
  line: number,
])[] = [
  [
    'UTF-16',
    'a.ks',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(KICKSTART, 'utf16le')]),
    'fedora42',
    1,
  ],
  ['UTF-16 without a mark', 'b.ks', Buffer.from(KICKSTART, 'utf16le'), 'fedora42', 1],
  ['a byte order mark', 'c.ks', `\ufeff${KICKSTART}`, 'fedora42', 1],
  ['CRLF', 'd.preseed', PRESEED.replace(/string true\n/, 'string true\r\n'), 'debian13', 2],
  ['bytes that are not UTF-8', 'e.preseed', Buffer.from(`${PRESEED}# \xe9\n`, 'latin1'), 'debian13', 3],
  ['a kickstart whose last ending halts', 'f.ks', `${KICKSTART}poweroff\nhalt\n`, 'fedora42', 8],
  [
    'two endings in a preseed',
    'g.preseed',
    `${PRESEED}d-i debian-installer/exit/poweroff boolean true\nd-i debian-installer/exit/halt boolean true\n`,
    'debian13',
    4,
  ],
  [
    'two endings in a profile',
    'h.xml',
    `${PROFILE}<general><mode>\n<halt config:type="boolean">true</halt>\n<final_reboot config:type="boolean">true</final_reboot>\n</mode></general>\n</profile>\n`,
    'sles15',
    6,
  ],
  ['a missing %include', 'i.ks', `${KICKSTART}%include /tmp/disk\npoweroff\n`, 'fedora42', 7],
  ['a tab in YAML', 'j.yaml', `${AUTOINSTALL}\tlocale: C\n`, 'ubuntu24.04', 4],
  ['a program that halts', 'k.sh', '#!/bin/sh\nset -e\nhalt\n', 'kiln-test', 3],
];

it.each(CASES)('%s', async (_, name, content, os, line) => {
  writeFileSync(join(sandbox.folder, name), content);
  const error = await sandbox.failure({ os, location: 'http://127.0.0.1:1/' }, { target: `./${name}` });
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(new RegExp(`${name}:${line}\\b`));
  expect(sandbox.events.map(({ type }) => type)).not.toContain('build-started');
});
