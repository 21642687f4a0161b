import { describe, expect, it } from 'vitest';
import { InstallError } from '../../../src/foundation/errors.ts';
import { type BadOutcome, installErrorOf } from '../../../src/watch/describe-outcome.ts';
import { type Evidence, FAILURE_CAUSES } from '../../../src/watch/install-outcome.ts';

const evidence: Evidence = {
  consoleTail: ['Configuring apt  ... 5%', 'the very last line'],
  lifecycle: [],
  phase: 'Configuring apt',
  serialLog: '/builds/x/serial.log',
  screenshot: '/builds/x/screen.png',
};

const OUTCOMES: readonly (readonly [BadOutcome, string])[] = [
  ...FAILURE_CAUSES.map(
    (cause) => [{ kind: 'failed', cause, reason: 'It was seen.', evidence }, ''] as const,
  ),
  [{ kind: 'stalled', idleSeconds: 600, evidence }, 'install.stalled'],
  [{ kind: 'timed-out', limitSeconds: 3600, idleSeconds: 0, evidence }, 'install.timed-out'],
];

describe('the error of an install that did not end well', () => {
  it.each(OUTCOMES)('says phase, last line, remedy and where to look: %o', (outcome) => {
    const error = installErrorOf(outcome);
    expect(error).toBeInstanceOf(InstallError);
    for (const part of [
      'Configuring apt',
      '"the very last line"',
      'what to do:',
      evidence.serialLog,
      'screen.png',
    ]) {
      expect(error.message).toContain(part);
    }
    expect(error.details).toMatchObject({ evidence });
  });

  it('has a code for each cause', () => {
    expect(OUTCOMES.map(([outcome]) => installErrorOf(outcome).code)).toEqual([
      'install.failed',
      'install.prompt',
      'install.panic',
      'install.no-marker',
      'install.crashed',
      'install.destroyed',
      'install.host-disk-full',
      'install.not-booted',
      'install.stalled',
      'install.timed-out',
    ]);
  });

  it("names the build's own copy of what QEMU said, which outlives libvirt's", () => {
    const crashed = OUTCOMES.find(([outcome]) => outcome.kind === 'failed' && outcome.cause === 'crashed');
    expect(crashed && installErrorOf(crashed[0]).message).toContain('logs/qemu.log');
  });

  it('prefers the line and the remedy of the pattern that decided', () => {
    const { message } = installErrorOf({
      kind: 'failed',
      cause: 'prompt',
      reason: 'It asks for the root password.',
      line: 'Root password:',
      suggestion: 'Add d-i passwd/root-password-crypted.',
      evidence,
    });
    expect(message).toContain('"Root password:"');
    expect(message).toContain('Add d-i passwd/root-password-crypted.');
    expect(message).not.toContain('the very last line');
  });

  it('calls that line the last one only where it is', () => {
    const told = (line: string) =>
      installErrorOf({ kind: 'failed', cause: 'panic', reason: 'It panicked.', line, evidence }).message;
    expect(told('Kernel panic - not syncing: Fatal')).toContain(
      '\n  line: "Kernel panic - not syncing: Fatal"',
    );
    expect(told('the very last line')).toContain('\n  last line: "the very last line"');
  });

  it('calls a guest at work at the end of its time only where something moved of late', () => {
    const told = (idleSeconds: number) =>
      installErrorOf({ kind: 'timed-out', limitSeconds: 60, idleSeconds, evidence }).message;
    expect(told(3)).toContain('the guest was still working');
    expect(told(45)).toContain('nothing had moved for the last 45s');
    expect(told(45)).not.toContain('still working');
  });

  it('promises no screenshot of a guest that has gone', () => {
    const { screenshot: _, ...gone } = evidence;
    const { message } = installErrorOf({
      kind: 'failed',
      cause: 'no-marker',
      reason: 'The guest powered off.',
      evidence: gone,
    });
    expect(message).not.toContain('screenshot');
  });

  it('says so when the guest printed nothing', () => {
    const silent: BadOutcome = {
      kind: 'stalled',
      idleSeconds: 600,
      evidence: { ...evidence, consoleTail: [] },
    };
    expect(installErrorOf(silent).message).toContain('printed nothing');
  });
});
