import { expect, it } from 'vitest';
import { tracedLines } from '../../../src/build/traced-lines.ts';

const TEXT = `d-i netcfg/get_hostname string web
d-i preseed/early_command string exec 2> /dev/ttyS0; set -x; \\
 mkdir -p /tmp/x; \\
 ls /nothere/optional; \\
 grep -q root /etc/passwd; \\
 grep -q nosuchuser /etc/passwd
d-i preseed/late_command string true
`;
const script = { path: '/s/script', kind: 'preseed' as const, original: TEXT, text: TEXT };
const mend = { settings: ['preseed/late_command', 'preseed/early_command'] };
const TRACE = ['+ mkdir -p /tmp/x', '+ ls /nothere/optional', 'ls: /nothere/optional: No such file'];
const ERROR = '!! ERROR: Failed to run preseeded command';
const named = (lines: readonly string[]): readonly (string | undefined)[] =>
  lines.map((line) => /^\/s\/script:(\d+): /.exec(line)?.[1]);

it.each([
  ['failed without a word', [...TRACE, '+ grep -q nosuchuser /etc/passwd', ERROR], ['6', '2']],
  ['called the same program with other words', [...TRACE, '+ grep -q root /etc/passwd', ERROR], ['5', '2']],
  ['complained itself', [...TRACE, ERROR], ['4', '2']],
  ['was followed by the end of the script alone', [...TRACE, '+ exit 1', ERROR], ['4', '2']],
  ['was let pass', [...TRACE, '+ true', ERROR], []],
  ['stands nowhere in the script', [...TRACE, '+ in-target update-grub', ERROR], []],
])('of the last traced command, which %s', (_what, tail, lines) => {
  expect(named(tracedLines(script, mend, tail))).toEqual(lines);
});

it('of a trace that has nothing to do with what failed: none', () => {
  expect(tracedLines(script, { settings: ['partman-auto/disk'] }, TRACE)).toEqual([]);
  expect(tracedLines(script, undefined, TRACE)).toEqual([]);
});
