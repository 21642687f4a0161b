import { CancelledError, SpecError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { whyNoFile } from '../../foundation/read-regular-file.ts';
import { CommandError, type CommandResult, runCommand } from '../../process/run-command.ts';

export type OpensslContext = { readonly logger?: Logger; readonly signal?: AbortSignal };

/** Ctrl-C on a terminal reaches openssl too, and maybe first: that says nothing about a file. */
export async function runOpenssl(
  args: readonly string[],
  context: OpensslContext & { readonly input?: string },
): Promise<CommandResult> {
  try {
    return await runCommand('openssl', args, context);
  } catch (cause) {
    if (!(cause instanceof CommandError) || cause.signal === undefined) throw cause;
    throw new CancelledError(`openssl was ended by ${cause.signal}.`, { cause });
  }
}

/**
 * openssl would wait for a pipe's writer for ever, and reads these once for each file.
 * @throws SpecError `ipxe.signing`
 */
export async function requirePem(path: string): Promise<void> {
  const why = await whyNoFile(path);
  if (why !== undefined) throw new SpecError('ipxe.signing', `${path} ${why}; name a PEM file.`);
}
