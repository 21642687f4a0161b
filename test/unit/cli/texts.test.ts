import { expect, test } from 'vitest';
import type { BuildRecord } from '../../../src/build/build-records.ts';
import { buildSummary } from '../../../src/cli/build-summary.ts';
import { cleanText } from '../../../src/cli/clean-builds-command.ts';
import { doctorText } from '../../../src/cli/doctor-command.ts';
import { buildTable } from '../../../src/cli/list-builds-command.ts';
import { buildText } from '../../../src/cli/show-build-command.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { RESULT } from './scripted-build.ts';

const plain = styleFor({ colours: false });

const RECORD: BuildRecord = {
  id: '20260101-abcd',
  name: 'web\u001b[2J',
  directory: '/out',
  status: 'failed',
  process: { pid: 1, startTime: '1' } as unknown as BuildRecord['process'],
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:01:05.000Z',
  seconds: 65,
  error: { code: 'install.failed', message: 'It failed.\u0007' },
  images: ['web.qcow2'],
  kept: true,
  unclean: false,
};

test('the summary says where the image is and how to look at it', () => {
  const text = buildSummary(RESULT, undefined, plain);
  expect(text).toContain('Built web in 12m 34s.');
  expect(text).toContain('/out/my web.qcow2 (qcow2, 300.0 MiB, virtual size 10.0 GiB)');
  expect(text).toContain("qemu-img info '/out/my web.qcow2'");
  expect(text).toContain('/out/manifest.json');
  expect(text).toContain('/out/logs');
});

test('a machine that is off is started where a libvirtd knows it', () => {
  const machine = {
    name: 'one',
    uuid: 'u',
    uri: 'qemu:///system',
    privateDaemon: false,
    state: 'off',
  } as const;
  const text = buildSummary({ ...RESULT, machine }, undefined, plain);
  expect(text).toContain('virsh -c qemu:///system start one');
  const uri = 'qemu+unix:///system?socket=/run/kiln/libvirt-sock';
  const ended = buildSummary(
    { ...RESULT, machine: { ...machine, uri, privateDaemon: true } },
    undefined,
    plain,
  );
  expect(ended).not.toContain('libvirt-sock');
  expect(ended).toContain('virsh define /out/logs/domain-final.xml');
  const runs = { ...machine, uri, privateDaemon: true, state: 'running' } as const;
  expect(buildSummary({ ...RESULT, machine: runs }, undefined, plain)).toContain('console one');
  const installs = { ...machine, state: 'installing' } as const;
  expect(buildSummary({ ...RESULT, machine: installs }, undefined, plain)).toMatch(/^\nBegan to install /);
});

test('the summary calls VHD by the name it was asked for', () => {
  const artifacts = RESULT.artifacts.map((artifact) => ({ ...artifact, format: 'vpc' as const }));
  expect(buildSummary({ ...RESULT, artifacts }, undefined, plain)).toContain('(vhd, ');
});

test('the table lines up and carries nothing of the guest', () => {
  const [header, row] = buildTable(
    [{ ...RECORD, sizeBytes: 2 ** 20, folderExists: true, canResume: false }],
    plain,
  ).split('\n');
  expect(row).toBe('20260101-abcd  failed, kept  2026-01-01T00:00:00Z  1m 05s  1.0 MiB  web   /out');
  expect(header?.indexOf('FOLDER')).toBe(row?.indexOf('/out'));
  const [, gone] = buildTable(
    [{ ...RECORD, sizeBytes: 0, folderExists: false, canResume: false }],
    plain,
  ).split('\n');
  expect(gone).not.toContain('/out');
});

test('what was kept of a build is said, and of a guest how to reach and to remove it', () => {
  const kept = { ...RECORD, kept: true };
  const withGuest = { ...kept, guestLeft: true as const };
  const table = buildTable(
    [kept, withGuest].map((one) => ({ ...one, sizeBytes: 0, folderExists: true, canResume: false })),
    plain,
  );
  expect(table).toMatch(/ {2}failed, kept {8}2026.*\n.* {2}failed, guest kept {2}2026/);
  const story = { folderExists: true, phases: [], evidence: [], canResume: false };
  expect(buildText({ ...story, build: kept }, plain)).toContain(
    `Kept      yes, \`kiln builds clean ${RECORD.id}\` removes it`,
  );
  const text = buildText({ ...story, build: withGuest }, plain);
  expect(text).toContain('Status    failed, guest kept');
  for (const order of ['console', 'screenshot', 'clean'])
    expect(text).toContain(`  kiln builds ${order} ${RECORD.id}  `);
});

test('colours do not move columns', () => {
  const coloured = buildTable(
    [{ ...RECORD, sizeBytes: 0, folderExists: true, canResume: false }],
    styleFor({ colours: true }),
  );
  expect(coloured).toContain('\u001b[31mfailed, kept\u001b[39m  2026');
});

test('one build', () => {
  const text = buildText(
    {
      canResume: false,
      build: RECORD,
      folderExists: true,
      failure: {
        code: 'install.failed',
        message: 'It failed.',
        patternId: 'kernel.panic',
        script: [],
        consoleTail: ['one', 'the last \u001b[2Jwords'],
      },
      phases: [{ phase: 'Base \u001b[2Jsystem', at: 65, seconds: 30, percent: 17, longestIdle: 3 }],
      evidence: ['serial.log'],
    },
    plain,
  );
  expect(text).toContain('Cause     kernel.panic');
  expect(text).toMatch(/Phases\n +1m 05s {2}Base .*system \(30s, 17 %\)/);
  expect(text).toMatch(/the last .*words\n\nEvidence\n {2}serial\.log\n$/);
  expect(text).toContain('Status    failed');
  expect(text).toContain('Error     It failed. [install.failed]');
  expect(text).toContain('Image     /out/web.qcow2');
  expect(text).not.toMatch(/[\u0007\u001b]/);
});

test("one build: the cause that a template's own pattern tells is named by its place", () => {
  const failure = { code: 'install.failed', message: 'It failed.', script: [], consoleTail: [] };
  const text = buildText(
    {
      canResume: false,
      build: RECORD,
      folderExists: true,
      failure: { ...failure, patternId: 'user.1', patternAt: 'own.yaml:10' },
      phases: [],
      evidence: [],
    },
    plain,
  );
  expect(text).toContain('Cause     the pattern in own.yaml:10\n');
  expect(text).not.toContain('user.1');
});

test('one build: the code stands behind the sentence, and the line that decided is shown however much followed it', () => {
  const message = 'It failed.\n  screenshot: /out/logs/screenshot.png';
  const trace = Array.from({ length: 30 }, (_, at) => `call ${at}`);
  const line = 'Kernel panic - not syncing';
  const text = buildText(
    {
      canResume: false,
      folderExists: true,
      build: { ...RECORD, error: { code: 'install.panic', message } },
      failure: { code: 'install.panic', message, line, script: [], consoleTail: [line, ...trace] },
      phases: [],
      evidence: [],
    },
    plain,
  );
  expect(text).toMatch(/It failed\. \[install\.panic\]\n +screenshot: \/out\/logs\/screenshot\.png\n/);
  expect(text).toMatch(
    /Console, its end\n {2}Kernel panic - not syncing\n {2}call 0\n {2}…\n[\s\S]*call 29\n/,
  );
});

test('the console of an imported disk is that of its boot', () => {
  const story = { canResume: false, build: RECORD, folderExists: true, phases: [] };
  const consoleOf = (...evidence: string[]): string | undefined =>
    /^Console +(.*)$/m.exec(buildText({ ...story, evidence }, plain))?.[1];
  expect(consoleOf('boot-check.serial.log', 'serial.log')).toBe('/out/logs/serial.log');
  expect(consoleOf('boot-check.serial.log')).toBe('/out/logs/boot-check.serial.log');
  expect(consoleOf()).toBeUndefined();
});

test('cleaning says what went, what stayed and why', () => {
  const report = {
    removed: [{ kind: 'domain', what: 'kiln-web', bytes: 0 }],
    kept: [{ what: '/out', why: 'it holds images' }],
    resumable: [],
    failed: [],
    freedBytes: 2048,
  } as const;
  expect(cleanText(report, false)).toBe(
    'Removed domain kiln-web\nKept /out: it holds images\nFreed 2.0 KiB.\n',
  );
  expect(cleanText(report, true)).toContain('Would remove domain kiln-web');
  expect(cleanText({ removed: [], kept: [], resumable: [], failed: [], freedBytes: 0 }, false)).toBe(
    'Nothing to remove.\n',
  );
});

test('findings: a mark, what was found, what to do, and the sum', () => {
  const text = doctorText(
    [
      { id: 'kvm', status: 'warn', what: 'KVM does not work here.\u001b[2J', fix: 'Turn on nesting.' },
      { id: 'qemu', status: 'fail', what: 'QEMU is missing.' },
    ],
    plain,
  );
  expect(text).toBe(
    'warn  KVM does not work here.\n      → Turn on nesting.\nFAIL  QEMU is missing.\n\nThis host cannot build yet: 1 to fix.\n',
  );
  expect(doctorText([], plain)).toContain('This host can build.');
});

test('a folder that is not there is not named as if it were', () => {
  const story = { build: RECORD, phases: [], evidence: [], canResume: false };
  expect(buildText({ ...story, folderExists: true }, plain)).toMatch(/^Folder +\/out$/m);
  expect(buildText({ ...story, folderExists: false }, plain)).toMatch(/^Folder +gone: \/out$/m);
});
