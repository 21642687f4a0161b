import { buildDirectory } from '../build/build-directory.ts';
import { openConsole } from '../build/open-console.ts';
import { openGuest } from '../build/open-guest.ts';
import { SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { saidBefore, viewConsole } from './console-view.ts';
import { safeLine } from './safe-text.ts';

/**
 * `kiln builds console ID`: the guest's serial console, with the keyboard given to the guest until Ctrl-]. From here on the guest talks to
 * the terminal itself, as with `virsh console`.
 * @throws SpecError `builds.no-terminal`, `builds.no-guest`; HostError `builds.no-console`
 */
export async function runConsoleBuild(id: string, io: CliIo): Promise<void> {
  const { keyboard } = io;
  if (keyboard === undefined || !io.out.isTerminal) {
    throw new SpecError(
      'builds.no-terminal',
      `A console needs a terminal; \`kiln builds logs ${safeLine(id)} --follow\` prints what the guest says anywhere.`,
    );
  }
  const logger = cliLogger(io.err, false);
  const guest = await openGuest(id, { places: placesFrom(io.env), env: io.env, logger });
  try {
    const console = await openConsole(guest);
    io.err.write(`Console of ${safeLine(guest.domain.name)}. Ctrl-] ends the view; the guest goes on.\n`);
    const { serialLog } = buildDirectory(guest.build.directory, guest.build.id);
    io.out.write(await saidBefore(serialLog));
    const why = await viewConsole(console, keyboard, io);
    await console.close();
    io.err.write(`\n${why}\n`);
  } finally {
    await guest.libvirt.close();
  }
}
