import { SpecError } from '../foundation/errors.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../libvirt/choose-uri.ts';
import type { DomainRef } from '../libvirt/libvirt.ts';
import type { BuildContext } from './build-context.ts';
import { type BuildRecord, findBuild, journalPath, requireWhole } from './build-records.ts';
import { type JournalDomain, openJournal } from './journal.ts';
import { isStillOwn } from './remove-own.ts';

/** A build's guest that runs, whichever process watches it. */
export type OpenGuest = {
  readonly build: BuildRecord;
  readonly domain: DomainRef;
  readonly libvirt: ChosenLibvirt;
};

/**
 * Connects to the guest a build runs now, or has kept; the caller closes `libvirt`.
 * @throws SpecError `builds.not-found`, `builds.damaged-record`, `builds.no-guest`; HostError `host.libvirt-unreachable`
 */
export async function openGuest(
  id: string,
  context: Pick<BuildContext, 'places' | 'env' | 'logger'>,
): Promise<OpenGuest> {
  const { places, env, logger } = context;
  const build = await findBuild(places.state, id);
  const domains = openJournal(journalPath(places.state, build.id))
    .entries()
    .filter((entry): entry is JournalDomain => entry.kind === 'domain')
    .reverse();
  const [newest] = domains;
  if (newest === undefined) throw noGuest(build);
  const libvirt = await chooseLibvirt({
    ...(newest.privateDaemon ? { forcePrivate: true } : { connect: newest.uri }),
    env,
    runtimeDir: places.runtime,
    ...(logger === undefined ? {} : { logger }),
  });
  try {
    const { connection } = libvirt;
    for (const domain of domains) {
      if (!(await isStillOwn(connection, domain, build.id))) continue;
      const state = await connection.getState(domain.uuid);
      if (state !== undefined && ['running', 'paused', 'blocked'].includes(state.state)) {
        return { build, domain, libvirt };
      }
    }
    throw noGuest(build);
  } catch (error) {
    await libvirt.close();
    throw error;
  }
}

function noGuest(build: BuildRecord): SpecError {
  const { id, status } = build.status === 'running' ? build : requireWhole(build);
  return new SpecError(
    'builds.no-guest',
    status === 'running'
      ? `No guest of build ${id} runs at the moment; \`kiln builds attach ${id}\` shows what it does.`
      : `Build ${id} has no running guest (${status}); \`kiln builds logs ${id}\` prints what it said, \`kiln builds show ${id}\` tells its story.`,
    { details: { buildId: id, status } },
  );
}
