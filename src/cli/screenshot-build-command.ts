import { join } from 'node:path';
import { openGuest } from '../build/open-guest.ts';
import { outputFile } from '../foundation/output-file.ts';
import { placesFrom } from '../foundation/places.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { saveScreenshot } from '../watch/screenshot.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { outputPath } from './output-option.ts';
import { safeLine } from './safe-text.ts';

/** `kiln builds screenshot ID [-o FILE]`: what the guest's screen shows now, as PNG. */
export async function runScreenshotBuild(
  id: string,
  options: { readonly output?: string },
  io: CliIo,
): Promise<void> {
  const logger = cliLogger(io.err, false);
  const given = options.output === undefined ? undefined : outputPath('--output', options.output, io.cwd);
  const guest = await openGuest(id, { places: placesFrom(io.env), env: io.env, logger });
  try {
    const path = given ?? join(io.cwd, `${guest.build.id}.png`);
    try {
      const { connection } = guest.libvirt;
      await saveScreenshot(connection, guest.domain.uuid, await outputFile(path));
    } catch (error) {
      throw asKilnError(error);
    }
    io.out.write(`${safeLine(path)}\n`);
  } finally {
    await guest.libvirt.close();
  }
}
