import { expect, test } from 'vitest';
import { reportError } from '../../../src/cli/error-report.ts';
import { styleFor } from '../../../src/cli/style.ts';
import {
  CancelledError,
  DiskError,
  HostError,
  InstallError,
  MediaError,
  PublishError,
  SpecError,
} from '../../../src/foundation/errors.ts';

const plain = styleFor({ colours: false });

test.each([
  [new SpecError('spec.invalid', 'x'), 2],
  [new HostError('host.tool-missing', 'x'), 3],
  [new MediaError('media.checksum', 'x'), 4],
  [new InstallError('install.failed', 'x'), 5],
  [new DiskError('disk.corrupt', 'x'), 6],
  [new PublishError('publish.auth', 'x'), 7],
  [new CancelledError(), 130],
])('%s ends with %i and shows its code', (error, exitCode) => {
  const report = reportError(error, plain);
  expect(report.exitCode).toBe(exitCode);
  expect(report.text).toContain(`[${error.code}]`);
  expect(report.text).not.toMatch(/^\s+at /m);
});

test.each([new TypeError('x is undefined'), 'a string', undefined, null])('%s is a bug', (thrown) => {
  const report = reportError(thrown, plain);
  expect(report.exitCode).toBe(70);
  expect(report.text).toContain('Please report');
});

test('a bug shows its stack', () => {
  expect(reportError(new TypeError('x'), plain).text).toMatch(/^TypeError: x\n\s+at /);
});

test('evidence is shown, without what the guest wants the terminal to do', () => {
  const evidence = {
    consoleTail: ['Kernel panic\u001b[2J - not syncing'],
    phase: 'Installing the system',
    serialLog: '/out/logs/serial.log',
    screenshot: '/out/logs/screenshot.png',
    lifecycle: [],
  };
  const { text } = reportError(
    new InstallError('install.panic', 'It panicked.', { details: { evidence } }),
    plain,
  );
  expect(text).toContain('  | Kernel panic - not syncing');
  expect(text).toContain('Phase: Installing the system');
  expect(text).toContain('Console log: /out/logs/serial.log');
  expect(text).toContain('Screenshot: /out/logs/screenshot.png');
  expect(text).not.toContain('\u001b');
});

test('what the message says already is not said twice', () => {
  const details = { evidence: { consoleTail: ['', 'last'], serialLog: '/out/logs/serial.log' } };
  const error = new InstallError('install.failed', 'It failed.\n  serial log: /out/logs/serial.log', {
    details,
  });
  expect(reportError(error, plain).text).toBe(
    'error [install.failed]: It failed.\n  serial log: /out/logs/serial.log\nLast lines of the console:\n  | last\n',
  );
});

test('causes are for --verbose', () => {
  const error = new HostError('host.tool-missing', 'No qemu-img.', { cause: new Error('spawn ENOENT') });
  expect(reportError(error, plain).text).not.toContain('spawn ENOENT');
  expect(reportError(error, plain, true).text).toContain('caused by: Error: spawn ENOENT');
});

test('a cause that is its own cause ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(reportError(error, plain).exitCode).toBe(70);
});
