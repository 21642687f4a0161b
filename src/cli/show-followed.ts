import type { BuildEvent } from '../build/build-events.ts';
import { type BuildRecord, findBuild } from '../build/build-records.ts';
import { eventLogPath } from '../build/event-log.ts';
import { followEvents } from '../build/follow-events.ts';
import { whyAsleep } from '../build/require-awake.ts';
import { EXIT_CODES, HostError, SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { printEnd, type ShowOptions } from './build-command.ts';
import { chooseRenderer } from './choose-renderer.ts';
import type { CliIo } from './cli-io.ts';
import { openJunitFile } from './junit-file.ts';
import { safeLine } from './safe-text.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Shows a build that another process runs, from its first event to its last, as its own terminal would. Ctrl-C ends the view alone.
 * @returns the exit code of the build, or 130 when the view ended before it
 * @throws HostError `builds.interrupted`; SpecError `builds.no-log`
 */
export async function showFollowed(build: BuildRecord, options: ShowOptions, io: CliIo): Promise<number> {
  const junit = await openJunitFile(options.junit, io);
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  for (const name of SIGNALS) io.signals.on(name, leave);
  const renderer = await chooseRenderer(options, io);
  const { state } = placesFrom(io.env);
  let last: BuildEvent | undefined;
  let started: Extract<BuildEvent, { type: 'build-started' }> | undefined;
  try {
    let asleep: string | undefined;
    const status = async (): Promise<BuildRecord['status']> => {
      const record = await findBuild(state, build.id);
      const why = whyAsleep(record);
      if (why !== undefined && why !== asleep)
        renderer.show({ type: 'notice', at: Date.now(), message: why });
      asleep = why;
      return record.status;
    };
    const path = eventLogPath(state, build.id);
    for await (const event of followEvents({ path, status, signal: leaving.signal })) {
      if (event.type === 'build-started') started = event;
      junit.show(event);
      renderer.show(event);
      last = event;
    }
  } finally {
    await renderer.close(leaving.signal.aborted ? 'goesOn' : undefined);
    for (const name of SIGNALS) io.signals.off(name, leave);
  }
  await junit.write();
  if (last?.type === 'build-finished' || last?.type === 'build-failed') {
    return printEnd(last, started, options, io);
  }
  if (!leaving.signal.aborted) throw endUnknown(await findBuild(state, build.id), last);
  const id = safeLine(build.id);
  io.err.write(
    `The build goes on. \`kiln builds attach ${id}\` shows it again, \`kiln builds stop ${id}\` ends it.\n`,
  );
  return EXIT_CODES.cancelled;
}

function endUnknown({ id, status }: BuildRecord, last: BuildEvent | undefined): HostError | SpecError {
  if (status !== 'interrupted') {
    const told =
      last === undefined ? 'left no record of what it told' : 'the record of what it told ends before that';
    return new SpecError(
      'builds.no-log',
      `Build ${id} has ended (${status}) and ${told}; \`kiln builds show ${id}\` has the rest.`,
    );
  }
  return new HostError(
    'builds.interrupted',
    `The Kiln that ran build ${id} is gone, and how the build ended is not known. \`kiln builds resume ${id}\` goes on with it while its guest is there; \`kiln builds clean\` removes what it left.`,
  );
}
