import { HostError, SpecError } from '../foundation/errors.ts';
import { cryptPassword } from '../libcrypt/crypt-password.ts';
import type { PasswordHash } from '../os/operating-system.ts';
import { CommandError, runCommand } from '../process/run-command.ts';

/**
 * crypt(3) of a password: `$y$…` where the system takes yescrypt and this host's libcrypt can make it, else `$6$…` (SHA-512), which every
 * system of the table takes. The password is in no process list: libcrypt is called in this process, openssl gets it by standard input.
 * @throws SpecError `secret.invalid`, HostError `host.tool-missing`
 */
export async function hashPassword(
  password: string,
  method: PasswordHash,
  signal?: AbortSignal,
): Promise<string> {
  if (password === '') throw new SpecError('secret.invalid', 'The root password is empty.');
  if (/[\n\r\u0000]/.test(password))
    throw new SpecError(
      'secret.invalid',
      'The root password has more than one line; give a file with one line.',
    );
  const yescrypt = method === 'yescrypt' ? cryptPassword(password, '$y$') : undefined;
  return yescrypt ?? sha512(password, signal);
}

async function sha512(password: string, signal?: AbortSignal): Promise<string> {
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
