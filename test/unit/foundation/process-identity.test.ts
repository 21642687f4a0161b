import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { identityOf, isAlive, ownIdentity } from '../../../src/foundation/process-identity.ts';

describe('process identity', () => {
  it('knows this process', () => {
    expect(isAlive(ownIdentity())).toBe(true);
  });

  it('tells a process from an earlier one with the same pid', () => {
    expect(isAlive({ ...ownIdentity(), startedAt: 'another-boot/1' })).toBe(false);
  });

  it('notices the end of a process, even one whose name holds parentheses', async () => {
    const child = spawn(process.execPath, [
      '-e',
      'process.title = ") Z (x"; console.log("up"); setInterval(() => {}, 1000)',
    ]);
    await once(child.stdout, 'data');
    const identity = identityOf(child.pid ?? 0);
    expect(identity && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isAlive(identity)).toBe(false);
  });
});
