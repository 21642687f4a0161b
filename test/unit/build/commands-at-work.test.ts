import { expect, it } from 'vitest';
import type { ScriptToMend } from '../../../src/build/mend-script.ts';
import { scriptLines } from '../../../src/build/script-lines.ts';
import type { BadOutcome } from '../../../src/watch/describe-outcome.ts';

const PRESEED = `d-i netcfg/get_hostname string web
d-i preseed/early_command string mkdir /tmp/x; \\
 while ! ping -c1 10.9.9.9; do \\
 sleep 5; done
d-i preseed/late_command string true
`;
const START = 'Starting the installer';
const STARTED = 'Starting system log daemon: syslogd, klogd.';

const scriptOf = (original: string, more: Partial<ScriptToMend> = {}): ScriptToMend => ({
  path: '/s/script',
  kind: 'preseed',
  inject: 'initrd',
  original,
  text: original,
  ...more,
});

/** The numbers of the lines that are told of an install in which nothing moved any more. */
function named(
  script: ScriptToMend,
  phase: string,
  said = STARTED,
  kind: 'stalled' | 'timed-out' = 'stalled',
) {
  const evidence = { consoleTail: [STARTED, ...said.split('\n')], lifecycle: [], serialLog: '/s', phase };
  const ends = { stalled: { idleSeconds: 600 }, 'timed-out': { limitSeconds: 600, idleSeconds: 0 } };
  const lines = scriptLines(script, { kind, ...ends[kind], evidence } as BadOutcome);
  return lines.map((line) => Number(/^\/s\/script:(\d+): /.exec(line)?.[1]));
}

it.each(['stalled', 'timed-out'] as const)('the command that runs before the first step: %s', (kind) => {
  expect(named(scriptOf(PRESEED), START, STARTED, kind)).toEqual([2]);
});

it('the line of it that a trace shows', () => {
  expect(named(scriptOf(PRESEED), START, '+ mkdir /tmp/x\n+ ping -c1 10.9.9.9')).toEqual([3, 2]);
});

it('none in a phase in which no command runs, and none that the installer does not have yet', () => {
  expect(named(scriptOf(PRESEED), 'Installing the base system')).toEqual([]);
  expect(named(scriptOf(PRESEED, { inject: 'http' }), START)).toEqual([]);
  expect(named(scriptOf('d-i netcfg/get_hostname string web\n'), START)).toEqual([]);
});

it.each([
  ['Running pre-installation scripts', [2]],
  ['Running post-installation scripts', [5]],
  ['Installing boot loader', []],
])('the sections of a kickstart file: %s', (phase, lines) => {
  const text = 'poweroff\n%pre\nsleep 9\n%end\n%post\nsleep 9\n%end\n';
  expect(named(scriptOf(text, { kind: 'kickstart', inject: 'http' }), phase)).toEqual(lines);
});
