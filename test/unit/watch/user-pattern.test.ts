import { afterEach, describe, expect, it } from 'vitest';
import type { WatchPatternSpec } from '../../../src/spec/build-spec.ts';
import { installErrorOf } from '../../../src/watch/describe-outcome.ts';
import { userPatterns } from '../../../src/watch/user-pattern.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

let run: WatchRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

it("a template's own pattern decides before Kiln's", async () => {
  const patterns = userPatterns([
    {
      match: '^!! ERROR: Unable to install our-',
      kind: 'error',
      meaning: 'our archive is old',
      remedy: 'Sync it.',
    },
  ]);
  run = await startWatch({ patterns });
  run.guest.print('!! ERROR: Unable to install our-tool\r\n');
  expect(await untilDecided(run)).toMatchObject({
    cause: 'installer-error',
    reason: 'Our archive is old.',
    suggestion: 'Sync it.',
    patternId: 'user.1',
  });
});

it("a template's own hint explains what says little itself", async () => {
  const patterns = userPatterns([
    { match: 'licence server', kind: 'hint', meaning: 'the licence server is down' },
  ]);
  run = await startWatch({ patterns });
  run.guest.print('cannot ask the licence server\r\n[Press enter to continue] ');
  expect(await untilDecided(run)).toMatchObject({
    cause: 'prompt',
    reason: expect.stringMatching(/^The licence server is down; then it shows a message/),
    patternId: 'user.1',
  });
});

it("a template's own hint explains its own error, and not one of Kiln's that says what it is", async () => {
  const patterns = userPatterns([
    { match: 'cannot reach', kind: 'hint', meaning: 'the vault is down', remedy: 'Start it.' },
    { match: '^deploy: FAILED', kind: 'error', meaning: 'our step failed' },
  ]);
  run = await startWatch({ patterns });
  run.guest.print('deploy: cannot reach vault.example.org\r\ndeploy: FAILED\r\n');
  expect(await untilDecided(run)).toMatchObject({
    cause: 'installer-error',
    reason: 'The vault is down; then our step failed.',
    suggestion: 'Start it.',
    line: 'deploy: cannot reach vault.example.org',
  });
  await run.close();
  run = await startWatch({ patterns });
  run.guest.print('deploy: cannot reach vault.example.org\r\n!! ERROR: No partitionable media\r\n');
  expect(await untilDecided(run)).toMatchObject({ patternId: 'debian-installer.no-disk' });
});

it('no line of a guest makes a pattern run for ever', async () => {
  const patterns = userPatterns([{ match: '^(a+)+$', kind: 'error', meaning: 'it is all a' }]);
  run = await startWatch({ patterns });
  run.guest.print(`${'a'.repeat(50)}!\r\n`);
  await run.clock.advance(20);
  expect(run.outcome()).toBeUndefined();
  run.guest.print('aaa\r\n');
  expect(await untilDecided(run)).toMatchObject({ patternId: 'user.1', line: 'aaa' });
});

it("names the template's file and line of the pattern that decided", async () => {
  const own = { match: '^deploy: FAILED', kind: 'error', meaning: 'our step failed' } as const;
  run = await startWatch({ patterns: userPatterns([{ ...own, where: 'vm-templates/web.yaml:7' }]) });
  run.guest.print('deploy: FAILED\r\n');
  const outcome = await untilDecided(run);
  if (outcome.kind === 'completed') throw new Error('it failed');
  const { message, details } = installErrorOf(outcome);
  expect(message).toContain('vm-templates/web.yaml:7');
  expect(details).toMatchObject({ patternId: 'user.1', patternAt: 'vm-templates/web.yaml:7' });
});

it.each(['stallSeconds', 'totalSeconds'] as const)(
  "a template's own hint tells its meaning with the end of %s",
  async (limit) => {
    const patterns = userPatterns([
      { match: 'waiting for licence', kind: 'hint', meaning: 'our licence server does not answer' },
    ]);
    const limits = { totalSeconds: 3600, stallSeconds: 3600, settleSeconds: 5, [limit]: 30 };
    run = await startWatch({ patterns, limits });
    run.guest.print('agent: waiting for licence\r\n');
    const outcome = await untilDecided(run);
    expect(outcome).toMatchObject({ reason: 'Our licence server does not answer.' });
    if (outcome.kind === 'completed') throw new Error('it failed');
    expect(installErrorOf(outcome).message).toMatch(
      /^The install .*\. Shortly before, our licence server does not answer\.\n/,
    );
  },
);

describe("a template's own error, explained by its own hint", () => {
  const hint = {
    match: 'cannot reach',
    kind: 'hint',
    meaning: 'the vault is down',
    where: 'own.yaml:10',
  } as const;
  const error = {
    match: '^deploy: FAILED',
    kind: 'error',
    meaning: 'our step failed',
    where: 'own.yaml:6',
  } as const;
  const message = async (...remedies: readonly (string | undefined)[]): Promise<readonly string[]> => {
    const patterns = [hint, error].map((spec, index) => ({ ...spec, remedy: remedies[index] }));
    run = await startWatch({ patterns: userPatterns(patterns as WatchPatternSpec[]) });
    run.guest.print('deploy: cannot reach vault.example.org\r\ndeploy: FAILED step 2\r\n');
    const outcome = await untilDecided(run);
    if (outcome.kind === 'completed') throw new Error('it failed');
    return installErrorOf(outcome).message.split('\n');
  };

  it('keeps its own line, place and remedy', async () => {
    expect((await message('Start it.', 'See the log of step 2.')).slice(0, 7)).toEqual([
      'The installer failed: the vault is down; then our step failed.',
      '  line: "deploy: cannot reach vault.example.org"',
      '  told by the pattern in: own.yaml:10',
      '  what to do: Start it.',
      '  then: "deploy: FAILED step 2"',
      '  told by the pattern in: own.yaml:6',
      '  what to do then: See the log of step 2.',
    ]);
  });

  it('tells its remedy once where the hint has none', async () => {
    const lines = await message(undefined, 'See the log of step 2.');
    expect(lines).toContain('  told by the pattern in: own.yaml:6');
    expect(lines.filter((line) => line.includes('See the log'))).toEqual([
      '  what to do: See the log of step 2.',
    ]);
  });
});
