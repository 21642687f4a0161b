import { expect, it } from 'vitest';
import { mendScript } from '../../../src/build/mend-script.ts';

/** The lines that are named where debian-installer quotes this early_command with an exit code. */
function named(value: string, exitCode = 127): readonly string[] {
  const original = `d-i netcfg/get_hostname string web\nd-i preseed/early_command string ${value}\n`;
  const command = value.replaceAll('\\\n', '');
  const script = { path: '/s/script', kind: 'preseed' as const, original, text: original };
  const settings = ['preseed/late_command', 'preseed/early_command'];
  return mendScript(script, { settings, command, named: `exit\ncode ${exitCode}` }).map((line) =>
    line.replace(/^\/s\/script:(\d+): (\S+).*$/s, '$1 $2'),
  );
}

const SETTING = '2 d-i';

it.each([
  ['stands on a line of its own', 'mkdir /tmp/x; \\\n copy /etc/motd /tmp/x', ['3 copy', SETTING]],
  ['has a semicolon behind it', 'mkdir /tmp/x; \\\n copy /etc/motd /tmp/x; \\\n ', ['3 copy', SETTING]],
  ['is several, joined', 'mkdir /x; \\\n cd /x && \\\n copy /y .', ['3 cd', '4 copy', SETTING]],
  ['stands on the line of the setting', 'mkdir /tmp/x; copy /etc/motd /tmp/x', [SETTING]],
  ['is the only one', 'copy /etc/motd \\\n /tmp/x', [SETTING]],
  ['ends a construct', 'if true; \\\n then copy /etc/motd /tmp/x; \\\n fi', [SETTING]],
  ['may not have been reached', 'set -e; \\\n copy /etc/motd /tmp/x; \\\n true', [SETTING]],
])('a program that is not there: the last command, which %s', (_what, value, lines) => {
  expect(named(value)).toEqual(lines);
});

it('another exit code tells nothing of the last command', () => {
  expect(named('mkdir /tmp/x; \\\n copy /etc/motd /tmp/x', 1)).toEqual([SETTING]);
});
