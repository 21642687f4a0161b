import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { openJunitFile } from '../../../src/cli/junit-file.ts';
import { junitReport } from '../../../src/cli/junit-report.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { recordingIo } from './recording-io.ts';
import { FAILURE, SUCCESS } from './scripted-build.ts';

const OPENED = Date.parse('2026-02-03T04:05:06Z');

function reportOf(events: readonly BuildEvent[]): string {
  const report = junitReport(OPENED);
  for (const event of events) report.show(event);
  return report.text();
}

/** `<testcase name="Install" time="8.000">` and what is in it. */
const caseNamed = (xml: string, name: string): string =>
  new RegExp(`<testcase[^>]* name="${name}"[^>]*?(?:/>|>.*?</testcase>)`, 's').exec(xml)?.[0] ?? '';

test('a good build: one case a stage, with its time', () => {
  const xml = reportOf(SUCCESS);
  expect(() => parseXml(xml)).not.toThrow();
  expect(xml).toContain(
    '<testsuite name="kiln.web" tests="9" failures="0" errors="0" skipped="5" time="90.000"',
  );
  expect(caseNamed(xml, 'Install')).toBe('<testcase classname="kiln.web" name="Install" time="77.000"/>');
  expect(caseNamed(xml, 'Boot the result')).toContain('<skipped message="the template turns it off"/>');
  expect(xml).toContain('<property name="image" value="/out/my web.qcow2"/>');
});

test('a failed stage has the cause and the end of the console; what came to nothing with it is skipped', () => {
  const details = { evidence: { consoleTail: ['all is well', 'E: <no> "disk" ]]> \u0007\ud800 &'] } };
  const xml = reportOf([
    ...FAILURE.slice(0, -1),
    { at: 1_009_000, type: 'stage-failed', stage: 'convert', seconds: 1 },
    {
      at: 1_009_000,
      type: 'build-failed',
      code: 'install.failed',
      exitCode: 5,
      message: 'No disk.\nAdd one.',
      details,
    },
  ]);
  expect(() => parseXml(xml)).not.toThrow();
  expect(xml).toContain('failures="1"');
  const install = caseNamed(xml, 'Install');
  expect(install).toContain('<failure type="install.failed" message="No disk.">No disk.\nAdd one.');
  expect(install).toContain('End of the console:\nall is well\nE: &lt;no&gt; "disk" ]]&gt; \ufffd &amp;');
  expect(caseNamed(xml, 'Convert')).toContain('<skipped message="ended since the build failed"/>');
  expect(caseNamed(xml, 'Publish')).toContain('<skipped message="not reached"/>');
});

test('the stage that failed with the cause of the build has it, also where another one was given up first', () => {
  const verify = [
    { at: 1_008_000, type: 'stage-started', stage: 'verify' },
    { at: 1_008_200, type: 'stage-failed', stage: 'verify', seconds: 0.2, code: 'verify.failed' },
  ] as const;
  const [install, failure] = FAILURE.slice(-2);
  const xml = reportOf([
    ...FAILURE.slice(0, -2),
    ...verify,
    { ...install, code: 'install.no-marker' } as BuildEvent,
    { ...failure, code: 'install.no-marker' } as BuildEvent,
  ]);
  expect(xml).toContain('failures="1"');
  expect(caseNamed(xml, 'Install')).toContain('<failure type="install.no-marker"');
  expect(caseNamed(xml, 'Verify the disk')).toContain('<skipped message="ended since the build failed"/>');
});

test('a stage that had begun when Kiln was killed is not called unreached', () => {
  const at = SUCCESS.findIndex((event) => event.type === 'stage-started' && event.stage === 'install');
  const xml = reportOf(SUCCESS.slice(0, at + 1));
  expect(caseNamed(xml, 'Build')).toContain('<error type="unfinished"');
  expect(caseNamed(xml, 'Install')).toContain('<skipped message="had begun; its end is not known"/>');
  expect(caseNamed(xml, 'Publish')).toContain('<skipped message="not reached"/>');
});

test('a stage that was tried again counts as it ended', () => {
  const verify = { stage: 'verify' } as const;
  const xml = reportOf([
    { at: 0, type: 'stage-started', ...verify },
    { at: 1, type: 'stage-failed', ...verify, seconds: 1 },
    { at: 2, type: 'stage-started', ...verify },
    { at: 3, type: 'stage-finished', ...verify, seconds: 1 },
  ]);
  expect(xml).toContain('failures="0"');
});

test.each([
  ['nothing has happened yet', [], '2026-02-03T04:05:06'],
  ['it is under way', SUCCESS.slice(0, 9), '1970-01-01T00:16:40'],
] as const)('a build that did not finish is an error: %s', (_, events, timestamp) => {
  const xml = reportOf(events);
  expect(() => parseXml(xml)).not.toThrow();
  expect(xml).toMatch(/<testsuites tests="10" failures="0" errors="1"/);
  expect(xml).toContain(`timestamp="${timestamp}"`);
  expect(caseNamed(xml, 'Build')).toContain('<error type="unfinished" message="did not finish">');
});

test('one that ended, well or not, has none', () => {
  for (const events of [SUCCESS, FAILURE]) expect(reportOf(events)).not.toContain('<error');
});

// The first to load all that builds, which takes seconds on a busy machine.
test('--junit: a request that cannot be built is a failed case too, and the file is checked first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-junit-'));
  try {
    const io = recordingIo({ env: { HOME: folder, KILN_STATE_DIR: folder }, cwd: folder });
    expect(await runCli(['build', 'nosuch-template', '--junit', 'report.xml'], io)).toBe(2);
    const xml = await readFile(join(folder, 'report.xml'), 'utf8');
    expect(xml).toContain('<failure type="template.not-found"');
    expect(xml).toContain('failures="1"');
    const bad = recordingIo({ env: { HOME: folder, KILN_STATE_DIR: folder }, cwd: folder });
    expect(await runCli(['build', 'nosuch-template', '--junit', 'no/such/folder.xml'], bad)).toBe(3);
    expect(bad.stderr()).toContain('host.bad-path');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);

test('the file of a Kiln that is killed has the stages that were done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-junit-'));
  try {
    const path = join(folder, 'r.xml');
    const file = await openJunitFile(path, { cwd: folder });
    expect(caseNamed(await readFile(path, 'utf8'), 'Install')).toContain('not reached');
    const at = SUCCESS.findIndex((event) => event.type === 'stage-started' && event.stage === 'install');
    for (const event of SUCCESS.slice(0, at + 1)) file.show(event);
    const done = async () => {
      const xml = await readFile(path, 'utf8');
      return ['Build', 'Plan and check the host', 'Install'].map(
        (name) => /unfinished|had begun|time="[1-9].*"\/>/.exec(caseNamed(xml, name))?.[0],
      );
    };
    const wanted = ['unfinished', expect.stringMatching(/^time=/), 'had begun'];
    await expect.poll(done, { timeout: 5000 }).toEqual(wanted);
    await file.write();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
