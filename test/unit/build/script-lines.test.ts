import { describe, expect, it } from 'vitest';
import { scriptLines } from '../../../src/build/script-lines.ts';
import { matchPattern } from '../../../src/watch/console-pattern.ts';
import type { BadOutcome } from '../../../src/watch/describe-outcome.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';

const KICKSTART = `poweroff
%pre
cp /nothere /tmp
cat > /dev/ttyS0 << END
test: "Continue with autoinstall? (yes|no)" answered yes
cp: can't stat '/other'
END
%end
`;

/** What is told of the script where a guest has printed these lines, the last of which decided. */
function told(original: string, ...consoleTail: readonly string[]): readonly string[] {
  const line = consoleTail.at(-1) ?? '';
  const pattern = matchPattern(INSTALL_PATTERNS, line)?.pattern;
  const outcome: BadOutcome = {
    kind: 'failed',
    cause: 'installer-error',
    reason: 'It failed.',
    line,
    ...(pattern === undefined ? {} : { patternId: pattern.id }),
    ...(pattern?.mend === undefined ? {} : { mend: pattern.mend }),
    evidence: { consoleTail, lifecycle: [], serialLog: '/logs/serial.log' },
  };
  return scriptLines({ path: '/s/ks', kind: 'kickstart', original, text: original }, outcome);
}

describe('the lines of a script that are told with a failure', () => {
  it('are those that call the program which complained', () => {
    expect(told(KICKSTART, "cp: can't stat '/nothere': No such file or directory")).toEqual([
      '/s/ks:3: cp /nothere /tmp',
    ]);
  });

  it.each(['test: "Continue with autoinstall? (yes|no)" answered yes', "cp: can't stat '/other'"])(
    'are none that only print what reads like a complaint: %s',
    (printed) => expect(told(KICKSTART, printed)).toEqual([]),
  );

  it.each(['[   99.000001] reboot: System halted', '[  201.5] Out of memory: Killed process 211 (x)'])(
    'are none that a program complained of where the kernel has decided: %s',
    (said) => expect(told(KICKSTART, "cp: can't stat '/nothere'", said)).toEqual([]),
  );
});

it('leaves what a script says of a mirror alone where the installer asks none, until it fails at one', () => {
  const original = 'd-i mirror/http/hostname string m.example\nd-i pkgsel/include string vim\n';
  const outcome: BadOutcome = {
    kind: 'failed',
    cause: 'installer-error',
    reason: 'It failed.',
    mend: { settings: ['pkgsel/include', 'mirror/http/hostname'] },
    evidence: { consoleTail: [], lifecycle: [], serialLog: '/logs/serial.log' },
  };
  const script = { path: 'a.preseed', kind: 'preseed', original, text: original } as const;
  expect(scriptLines(script, outcome)).toHaveLength(2);
  expect(scriptLines({ ...script, withoutMirror: true }, outcome)).toEqual([
    'a.preseed:2: d-i pkgsel/include string vim',
  ]);
  const patternId = 'debian-installer.bad-mirror';
  expect(scriptLines({ ...script, withoutMirror: true }, { ...outcome, patternId })).toHaveLength(2);
});
