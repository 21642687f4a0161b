import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Ends the process. At its end Node puts back the modes of its terminals, and dies of an assertion where one has hung up (ResetStdio in
 * src/node.cc); what is another file by then it leaves alone.
 */
export function endProcess(exitCode: typeof process.exitCode): never {
  for (const stream of STANDARD_STREAMS) if (hasHungUp(stream)) replaceByNull(stream);
  process.exit(exitCode);
}

/** A terminal that is gone is a device as before, of which nothing can be asked; so is /dev/null, which loses nothing by it. */
function hasHungUp(stream: number): boolean {
  return isDevice(stream) && !isatty(stream);
}

function isDevice(stream: number): boolean {
  try {
    return fstatSync(stream).isCharacterDevice();
  } catch {
    return false; // closed by whoever started Kiln
  }
}

/** The lowest free number is the one that was closed; libraries write out what they hold, and complain where nothing is open. */
function replaceByNull(stream: number): void {
  closeSync(stream);
  openSync('/dev/null', 'r+');
}
