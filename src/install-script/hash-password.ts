import { HostError, SpecError } from '../foundation/errors.ts';
import { CommandError, runCommand } from '../process/run-command.ts';

/**
 * crypt(3)'s SHA-512 of a password, `$6$…`. The password goes through standard input alone, so it is in no process list.
 * @throws SpecError `secret.invalid`, HostError `host.tool-missing`
 */
export async function hashPassword(password: string, signal?: AbortSignal): Promise<string> {
  if (password === '') throw new SpecError('secret.invalid', 'The root password is empty.');
  if (/[\n\r\u0000]/.test(password))
    throw new SpecError(
      'secret.invalid',
      'The root password has more than one line; give a file with one line.',
    );
  try {
    const { stdout } = await runCommand('openssl', ['passwd', '-6', '-stdin'], {
      input: `${password}\n`,
      timeoutMs: 30_000,
      ...(signal ? { signal } : {}),
    });
    return stdout.trim();
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    const why = cause.notFound
      ? 'openssl is not installed; install the package openssl'
      : 'openssl passwd failed';
    throw new HostError(cause.notFound ? 'host.tool-missing' : 'host.tool-failed', `${why}.`, {
      details: { tool: 'openssl' },
      cause,
    });
  }
}
