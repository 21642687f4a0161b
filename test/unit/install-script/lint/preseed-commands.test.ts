import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const MARK = '{{completion_marker_command}}';
const found = (rule: string, text: string) =>
  lintScript({ text: `# a comment\n${text}\n`, kind: 'preseed', target: {} })
    .filter((finding) => finding.rule === rule)
    .map(({ line, severity, message }) => ({ line, severity, message }));

describe('a command that a shell cannot read', () => {
  it.each([
    ['an if without then', 'd-i preseed/early_command string if true; { echo a; } > /x; echo b', 2],
    ['a for without in', 'd-i partman/early_command string for a b; do echo; done', 2],
    [
      'a case without in',
      `d-i preseed/late_command string set -e; \\\n case $a x) echo;; esac; \\\n ${MARK}`,
      3,
    ],
    ['an if without fi', `d-i preseed/late_command string if a; then \\\n b; \\\n ${MARK}`, 4],
    ['a bracket too many', 'd-i preseed/include_command string echo a )', 2],
  ])('is told with its line: %s', (_what, text, line) => {
    expect(found('preseed.shell-syntax', text)).toEqual([
      { line, severity: 'error', message: expect.stringMatching(/shell.*\(.+\)/) },
    ]);
  });

  it.each([
    ['one with a placeholder', `d-i preseed/late_command string { a {{hostname}}; } && ${MARK}`],
    ['an open quote, which another rule tells', `d-i preseed/late_command string echo "a; ${MARK}`],
    ['what only busybox reads', `d-i preseed/early_command string function a { b <(c); }`],
    ['an answer that is no command', 'd-i netcfg/get_domain string if a; {'],
    [
      'an answer that another replaces',
      'd-i preseed/early_command string if\nd-i preseed/early_command string a',
    ],
    ['an empty command', 'd-i preseed/early_command string'],
  ])('is not told for %s', (_what, text) => {
    expect(found('preseed.shell-syntax', text)).toEqual([]);
  });
});

describe('a command that ends the guest before the installation is complete', () => {
  it.each([
    ['a restart', `d-i preseed/late_command string set -e; \\\n reboot; ${MARK}`, 3],
    ['a restart where Kiln puts in the marker', 'd-i preseed/late_command string set -e; reboot', 2],
    ['a power-off at the beginning', 'd-i preseed/early_command string echo a; poweroff -f', 2],
  ])('is an error: %s', (_what, text, line) => {
    expect(found('preseed.ends-guest', text)).toMatchObject([{ line, severity: 'error' }]);
  });

  it.each([
    ['behind the marker', `d-i preseed/late_command string ${MARK}; poweroff`],
    ['on failure', `d-i preseed/late_command string a || reboot; ${MARK}`],
    ['in an if', 'd-i preseed/early_command string if a; then reboot; fi'],
    ['in a case', 'd-i preseed/early_command string case $a in b) reboot;; esac; echo'],
    ['as an argument', `d-i preseed/late_command string in-target systemctl mask reboot; ${MARK}`],
  ])('is not told %s', (_what, text) => {
    expect(found('preseed.ends-guest', text)).toEqual([]);
  });
});
