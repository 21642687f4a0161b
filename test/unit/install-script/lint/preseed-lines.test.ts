import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const findings = (text: string) => lintScript({ text, kind: 'preseed', target: {} });
const malformed = (text: string) =>
  findings(text)
    .filter(({ rule }) => rule === 'preseed.malformed-line')
    .map(({ line, severity, message, fix }) => ({ line, severity, told: `${message}; ${fix}` }));

describe('a line that is no answer', () => {
  it.each([
    ['d-i passwd/make-user bolean false', /"bolean" is no type.*write boolean/],
    ['d-i debian-installer/locale strng en_US.UTF-8', /"strng" is no type.*write string/],
    ['d-i preseed/early_command modprobe loop', /"modprobe" is no type/],
    [' chmod 600 /target/root/.ssh/authorized_keys; \\', /backslash/],
    ['d-i', /no answer/],
  ])('%s', (line, told) => {
    expect(malformed(`# a comment\n${line}\n`)).toEqual([
      { line: 2, severity: 'error', told: expect.stringMatching(told) },
    ]);
  });

  it.each(['d-i keymap select us', 'd-i debconf debconf/frontend select noninteractive'])(
    'that debconf passes over is a warning: %s',
    (line) => {
      expect(malformed(`${line}\n`)).toEqual([]);
      expect(findings(`${line}\n`).filter(({ rule }) => rule === 'preseed.ignored-line')).toMatchObject([
        { line: 1, severity: 'warning', message: expect.stringContaining('is no question') },
      ]);
    },
  );

  it('is what a lost backslash leaves of a command', () => {
    const text = [
      'd-i preseed/late_command string set -e; \\',
      ' mkdir -p /target/root/.ssh;',
      ' cp /nowhere/key.pub /target/root/.ssh/authorized_keys; \\',
      ' chmod 600 /target/root/.ssh/authorized_keys; \\',
      ' {{completion_marker_command}}',
      '',
    ].join('\n');
    expect(malformed(text)).toEqual([
      { line: 3, severity: 'error', told: expect.stringContaining('backslash') },
    ]);
  });

  it.each([
    'd-i mirror/http/proxy string',
    'd-i partman-auto/disk \\\n string /dev/vda',
    'd-i finish-install/reboot_in_progress note',
    'tasksel tasksel/first multiselect standard, ssh-server',
    'libc6 libraries/restart-without-asking boolean true',
    'libpam0g libpam0g:amd64/restart-services string',
    'tzdata tzdata/Zones/Etc select UTC',
    'd-i passwd/user-fullname seen false',
    'x shared/accepted-oracle-license-v1-1 error',
    'wireshark-common wireshark-common/install-setuid {{type}} true',
    'd-i {{question}} string x',
  ])('is not: %s', (line) => {
    expect(malformed(`${line}\n`)).toEqual([]);
  });
});

describe('a flag', () => {
  it('is no second answer', () => {
    const text = 'd-i passwd/user-fullname string Anna Admin\nd-i passwd/user-fullname seen false\n';
    expect(findings(text).map(({ rule }) => rule)).not.toContain('preseed.answered-twice');
  });

  it('takes no answer away', () => {
    const text = 'd-i passwd/make-user boolean false\nd-i passwd/make-user seen true\n';
    expect(findings(text).filter(({ message }) => /user/.test(message))).toEqual([]);
  });
});
