import { afterEach, describe, expect, it } from 'vitest';
import { reportError } from '../../../src/cli/error-report.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { installErrorOf } from '../../../src/watch/describe-outcome.ts';
import type { InstallOutcome } from '../../../src/watch/install-outcome.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

let run: WatchRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

const NOT_FOUND = 'sh: ethtoolll: not found';
const CANNOT = "cp: can't stat '/cdrom/u5/hook.sh': No such file or directory";
const COMMAND =
  'exec 2> /dev/ttyS0; set -e; set -x; ethtoolll eth0 || true; mkdir -p /tmp/u5; cp /cdrom/u5/hook.sh /tmp/u5/hook.sh';
const TRACE = [
  '+ ethtoolll eth0',
  NOT_FOUND,
  '+ true',
  '+ mkdir -p /tmp/u5',
  '+ cp /cdrom/u5/hook.sh /tmp/u5/hook.sh',
];

/** As debian-installer shows it, words broken at the width of its screen. */
const errorOf = (command: string): readonly string[] => [
  '!! ERROR: Failed to run preseeded command',
  ...(`Execution of preseeded command "${command}" failed with exit code 1.`.match(/\S.{0,77}(?=\s|$)/g) ??
    []),
];

async function verdictOf(lines: readonly string[]): Promise<InstallOutcome> {
  run = await startWatch();
  run.guest.print(lines.map((line) => `${line}\r\n`).join(''));
  run.guest.print('[Press enter to continue] ');
  return await untilDecided(run);
}

const PRESEEDED = 'debian-installer.preseeded-command';

describe('what explains a failed command', () => {
  it.each([
    ['exec 2> /dev/ttyS0; set -x; false', false],
    ['exec >/dev/ttyS0 2>&1; set -ex; false', false],
    ['echo one; false', true],
    ['exec 2> /dev/ttyS0; false', true],
  ])('with the advice to trace it only where it does not: %s', async (command, advised) => {
    const outcome = await verdictOf(errorOf(command));
    if (outcome.kind === 'completed') throw new Error('it failed');
    expect(outcome.suggestion).toContain('exit code 0');
    expect(outcome.suggestion?.includes('set -x')).toBe(advised);
  });

  it('is the complaint right before the failure, not an earlier one that the script let pass', async () => {
    const outcome = await verdictOf([...TRACE, CANNOT, ...errorOf(COMMAND)]);
    expect(outcome).toMatchObject({
      patternId: PRESEEDED,
      line: CANNOT,
      mend: { command: expect.any(String) },
    });
  });

  it('leaves out how to have on the console what stands there', async () => {
    const told = await verdictOf([CANNOT, ...errorOf('cp /nothere /x')]);
    if (told.kind === 'completed') throw new Error('it failed');
    expect(told.line).toBe(CANNOT);
    expect(told.suggestion).toContain('exit code 0');
    expect(told.suggestion).not.toContain('syslog');
  });

  it('sends who wonders at exit code 2 to lint', async () => {
    expect(await verdictOf(errorOf('if true; { echo; }'))).toMatchObject({
      suggestion: expect.stringMatching(/2 may stand for .*kiln lint/),
    });
  });

  it('is a command of the test installer, too', async () => {
    run = await startWatch();
    run.guest.print('!! ERROR: Failed to run preseeded command\r\n');
    run.guest.print(
      'KILN TEST INSTALLER ERROR: execution of preseeded command "cp /a /b" failed with exit code 1\r\n',
    );
    expect(await untilDecided(run)).toMatchObject({ patternId: PRESEEDED, mend: { command: 'cp /a /b' } });
  });

  it('is it however little of the console is seen at a time', async () => {
    run = await startWatch();
    for (const character of [...TRACE, CANNOT, ...errorOf(COMMAND)].join('\r\n')) run.guest.print(character);
    expect(await untilDecided(run)).toMatchObject({
      patternId: PRESEEDED,
      line: CANNOT,
      mend: { command: expect.stringMatching(/^exec [\s\S]* \/tmp\/u5\/hook\.sh$/) },
    });
  });

  it('is it without a trace, too', async () => {
    const outcome = await verdictOf([NOT_FOUND, CANNOT, ...errorOf(COMMAND)]);
    expect(outcome).toMatchObject({ patternId: PRESEEDED, line: CANNOT });
  });

  it.each([
    ['a trace goes on with `true`', [...TRACE, ...errorOf('sh /cdrom/u5/all.sh')]],
    ['the command that was quoted lets it pass', [NOT_FOUND, ...errorOf('ethtoolll eth0 || true; false')]],
    [
      'another command decides how the list ends',
      [CANNOT, ...errorOf('cp /cdrom/u5/hook.sh /tmp; grep -q x /tmp/y')],
    ],
    ['it does so with `:`', [NOT_FOUND, ...errorOf('ethtoolll eth0 ||:; false')]],
  ])('is no complaint after which %s', async (_what, lines) => {
    const outcome = await verdictOf(lines);
    expect(outcome).toMatchObject({
      patternId: PRESEEDED,
      line: '!! ERROR: Failed to run preseeded command',
    });
  });

  it('tells the exit code, broken by the screen or not', async () => {
    for (const command of ['no-such-program', 'sh /cdrom/a-path-as-long-as-it-takes/x']) {
      await run?.close();
      expect(await verdictOf(errorOf(command))).toMatchObject({
        patternId: PRESEEDED,
        reason: expect.stringMatching(/ended with an error: exit code 1\.$/),
        suggestion: expect.stringContaining('in-target'),
      });
    }
  });

  it.each([
    ['ethtoolll eth0; false', NOT_FOUND],
    ['ethtoolll eth0 && true', NOT_FOUND],
    ['ethtoolll eth0 || true; ethtoolll eth1', NOT_FOUND],
  ])('is the program that is not there in %j', async (command, said) => {
    expect(await verdictOf([said, ...errorOf(command)])).toMatchObject({
      patternId: 'generic.command-not-found',
      line: said,
      mend: { word: 'ethtoolll', command },
    });
  });

  it('is an earlier one when a later one was let pass', async () => {
    const full = 'dd: error writing /target/x: No space left on device';
    const outcome = await verdictOf([full, ...TRACE, ...errorOf('sh /cdrom/u5/all.sh')]);
    expect(outcome).toMatchObject({ patternId: 'generic.disk-full', line: full });
  });

  it('is the first of a pipe, not what a reader says of its empty input', async () => {
    const said = "wget: bad address 'files.invalid'";
    const outcome = await verdictOf([
      said,
      'tar: short read',
      ...errorOf('wget -O- http://files.invalid/x | tar x'),
    ]);
    expect(outcome).toMatchObject({ patternId: 'generic.name-resolution', line: said });
  });

  it.each([
    ['a line that the installer says at every start', ["umount: can't unmount /media: Invalid argument"]],
    ['a complaint with other lines after it', [CANNOT, 'EARLY-RAN']],
    ['a complaint of which the trace went on', [CANNOT, '+ echo done']],
  ])('is not %s', async (_what, lines) => {
    expect(await verdictOf([...lines, ...errorOf('false')])).toMatchObject({
      line: '!! ERROR: Failed to run preseeded command',
    });
  });

  it('may be followed by the end of a trace and by the kernel', async () => {
    const after = ['+ exit 1', '[   45.123456] random: crng init done'];
    expect(await verdictOf([CANNOT, ...after, ...errorOf(COMMAND)])).toMatchObject({ line: CANNOT });
  });

  it('may be said to the syslog alone, by a program of the command that was quoted', async () => {
    const said = async (command: string): Promise<string | undefined> => {
      await run?.close();
      run = await startWatch({ installerLogs: ['/x/installer.log'] });
      run.guest.report(`2026-11-21T10:50:09.182Z info log-output: ${CANNOT}\n`);
      await run.clock.advance(0.5);
      run.guest.print(
        errorOf(command)
          .map((line) => `${line}\r\n`)
          .join(''),
      );
      const outcome = await untilDecided(run);
      return outcome.kind === 'failed' ? outcome.line : undefined;
    };
    expect(await said(COMMAND)).toBe(CANNOT);
    expect(await said('mv /a /b')).toBe('!! ERROR: Failed to run preseeded command');
  });
});

it('the last lines before a failure are shown, however long the command is that the installer quotes', async () => {
  const long = `${COMMAND}; ${'echo a much longer command than anybody would like to write; '.repeat(18)}true`;
  const outcome = await verdictOf([...TRACE, CANNOT, ...errorOf(long)]);
  if (outcome.kind === 'completed') throw new Error('it failed');
  const { text } = reportError(installErrorOf(outcome), styleFor({ colours: false }));
  expect(text).toContain(`  | ${CANNOT}`);
  expect(text).toContain('  | + mkdir -p /tmp/u5');
  expect(text).toContain('  | [Press enter to continue]');
  expect(text.match(/^ {2}\| /gm)?.length).toBeLessThan(20);
});
