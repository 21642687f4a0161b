import { resolve } from 'node:path';
import { someOf } from '../ipxe/menu/some-of.ts';
import { type VerifiedMenus, verifyMenus } from '../ipxe/menu/verify-menus.ts';
import type { CliIo } from './cli-io.ts';
import { listenForInterruption } from './interruption.ts';
import { safeLine } from './safe-text.ts';

/** `kiln ipxe menu verify`. */
export async function runMenuVerify(
  folder: string,
  { ca }: { readonly ca: string },
  io: CliIo,
): Promise<void> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    await verifyAndTell(folder, ca, io, interruption.signal);
  } finally {
    interruption.end();
  }
}

export async function verifyAndTell(
  folder: string,
  ca: string,
  io: CliIo,
  signal: AbortSignal,
): Promise<VerifiedMenus> {
  const path = resolve(io.cwd, folder);
  const verified = await verifyMenus(path, resolve(io.cwd, ca), { signal });
  const { listed, beside, unsigned, draft } = verified;
  io.out.write(`${safeLine(path)}: ${listed.length} files are as they were signed.\n`);
  if (beside.length > 0) io.out.write(`Signed one by one: ${safeLine(someOf(beside))}.\n`);
  if (unsigned.length > 0)
    io.err.write(`Not signed (serve --verify-ca leaves it out): ${safeLine(someOf(unsigned))}.\n`);
  if (draft !== undefined)
    io.err.write(
      `Not looked at: ${safeLine(draft)}, of an export that was killed or is under way; the next export takes it away.\n`,
    );
  return verified;
}
