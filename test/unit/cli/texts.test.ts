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

test('the table lines up and carries nothing of the guest', () => {
  const [header, row] = buildTable([{ ...RECORD, sizeBytes: 2 ** 20 }], plain).split('\n');
  expect(row).toBe('20260101-abcd  failed  2026-01-01T00:00:00Z  1m 05s  1.0 MiB  web   /out');
  expect(header?.indexOf('FOLDER')).toBe(row?.indexOf('/out'));
});

test('colours do not move columns', () => {
  const coloured = buildTable([{ ...RECORD, sizeBytes: 0 }], styleFor({ colours: true }));
  expect(coloured).toContain('\u001b[31mfailed\u001b[39m  2026');
});

test('one build', () => {
  const text = buildText(RECORD, plain);
  expect(text).toContain('Status    failed');
  expect(text).toContain('Error     It failed. [install.failed]');
  expect(text).toContain('Image     /out/web.qcow2');
  expect(text).not.toMatch(/[\u0007\u001b]/);
});

test('cleaning says what went, what stayed and why', () => {
  const report = {
    removed: [{ kind: 'domain', what: 'kiln-web', bytes: 0 }],
    kept: [{ what: '/out', why: 'it holds images' }],
    freedBytes: 2048,
  } as const;
  expect(cleanText(report, false)).toBe(
    'Removed domain kiln-web\nKept /out: it holds images\nFreed 2.0 KiB.\n',
  );
  expect(cleanText(report, true)).toContain('Would remove domain kiln-web');
  expect(cleanText({ removed: [], kept: [], freedBytes: 0 }, false)).toBe('Nothing to remove.\n');
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
