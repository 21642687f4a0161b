import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, findBuild } from '../build/build-records.ts';
import { SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';
import { safeText } from './safe-text.ts';

const POLL_MS = 300;
const CHUNK = 64 * 1024;

/** `kiln builds logs ID [--follow]`: a guest's console, with nothing in it that could steer the terminal. */
export async function runBuildLogs(
  id: string,
  options: { readonly follow?: boolean; readonly bootCheck?: boolean },
  io: CliIo,
): Promise<void> {
  const { state } = placesFrom(io.env);
  const build = await findBuild(state, id);
  const paths = buildDirectory(build.directory, build.id);
  const log = consolePrinter(options.bootCheck ? paths.bootCheckLog : paths.serialLog, (text) =>
    io.out.write(text),
  );
  let current: BuildRecord = build;
  let readable = await log.printNew();
  while (options.follow && current.status === 'running' && !io.out.closed.aborted) {
    await delay(POLL_MS);
    current = await findBuild(state, build.id);
    readable = (await log.printNew()) || readable;
  }
  log.end();
  if (!readable) {
    throw new SpecError(
      'builds.no-log',
      `Build ${build.id} has no console log yet (${options.bootCheck ? paths.bootCheckLog : paths.serialLog}).`,
    );
  }
}

/** Prints what a growing file has gained, whole lines only, since an escape sequence cut in two would not be recognised. */
function consolePrinter(path: string, write: (text: string) => void) {
  const decoder = new StringDecoder('utf8');
  let position = 0;
  let rest = '';
  const take = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) write(safeText(`${lines.join('\n')}\n`));
  };
  return {
    /** False when the file does not exist yet. */
    async printNew(): Promise<boolean> {
      const file = await open(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (file === undefined) return false;
      try {
        const buffer = Buffer.alloc(CHUNK);
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
          if (bytesRead === 0) return true;
          position += bytesRead;
          take(decoder.write(buffer.subarray(0, bytesRead)));
        }
      } finally {
        await file.close();
      }
    },
    end(): void {
      const text = rest + decoder.end();
      if (text !== '') write(`${safeText(text)}\n`);
      rest = '';
    },
  };
}
