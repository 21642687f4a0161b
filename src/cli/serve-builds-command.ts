import { listBuilds } from '../build/build-records.ts';
import { openGuest } from '../build/open-guest.ts';
import { SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { isLoopback } from '../serve/page-access.ts';
import type { PageHost } from '../serve/page-host.ts';
import { type PageServer, startPageServer } from '../serve/start-page-server.ts';
import { aboutHost } from './about-host.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { startResume } from './detach-build.ts';
import { listenForInterruption } from './interruption.ts';
import { readListenHost, readPort } from './listen-option.ts';
import { openBrowser } from './open-browser.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';

export type ServeBuildsOptions = {
  readonly listen: string;
  readonly port?: string;
  readonly open: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** `kiln builds serve`: the page, until it is interrupted. */
export async function runServeBuilds(options: ServeBuildsOptions, io: CliIo): Promise<void> {
  const port = readPort(options.port ?? '0');
  const listen = readListenHost(options.listen);
  // A state folder that cannot be one is told here, not on the page.
  await listBuilds(placesFrom(io.env).state);
  const interruption = listenForInterruption(io, () => undefined);
  const server = await startPageServer(pageHost(options, io), { listen, port }).catch((error: unknown) => {
    interruption.end();
    throw error;
  });
  try {
    tellAddress(server, options, io);
    const browser = options.open ? await openBrowser(server.url, io) : undefined;
    await interrupted(interruption.signal);
    await browser?.remove();
  } finally {
    await server.close();
    interruption.end();
  }
}

function pageHost({ verbose }: ServeBuildsOptions, io: CliIo): PageHost {
  const places = placesFrom(io.env);
  const logger = cliLogger(io.err, verbose === true);
  return {
    stateDir: places.state,
    projectDir: io.projectDir,
    about: aboutHost(io.projectDir),
    openGuest: (id) => openGuest(id, { places, env: io.env, logger }),
    resume: (id) => resume(id, io),
    logger,
  };
}

async function resume(id: string, io: CliIo): Promise<void> {
  const begun = await startResume(id, io);
  if (begun.kind === 'build') return;
  const said = safeText(begun.errors).trim() || `it ended with ${begun.exitCode}`;
  throw new SpecError('builds.not-resumable', `Build ${id} was not resumed: ${said}`);
}

function tellAddress({ url, host, port }: PageServer, { json }: ServeBuildsOptions, io: CliIo): void {
  if (json) io.out.write(`${safeJson({ type: 'serving', url, host, port })}\n`);
  else {
    io.out.write(
      `The builds are shown at\n\n  ${safeLine(url)}\n\nto whoever has this address: keep it to yourself. Ctrl-C ends the page; builds go on.\n`,
    );
  }
  if (isLoopback(host)) return;
  io.err.write(
    `warning: ${safeLine(host)} can be reached from the network, and HTTP is not encrypted: whoever can listen in sees the token. \`ssh -L\` to a page on loopback is safer.\n`,
  );
}

const interrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((settle) => {
    if (signal.aborted) settle();
    signal.addEventListener('abort', () => settle(), { once: true });
  });
