import { join, resolve } from 'node:path';
import { HostError } from '../../foundation/errors.ts';
import { homeFrom } from '../../foundation/places.ts';
import { Refusals } from '../../foundation/refusals.ts';
import { writeXml } from '../../foundation/xml-node.ts';
import type { MediaInspection } from '../../media/inspect-media.ts';
import type { OsFacts } from '../../osinfo/os-facts.ts';
import type { GuestFacts, PoolFact } from '../../virt-install/guest/guest-facts.ts';
import { chooseHypervisor } from '../../virt-install/guest/hypervisor.ts';
import { newDisksOf } from '../../virt-install/guest/summary.ts';
import { guestXml } from '../../virt-install/guest-xml.ts';
import { type InstallMethod, installMethod } from '../../virt-install/install-method.ts';
import { addToDomain } from '../../virt-install/kiln-additions.ts';
import { given, hasFlag, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';
import { bootProgram } from '../guest-facts/boot-program.ts';
import {
  connectionFacts,
  connectWord,
  type LiveAnswers,
  withUsableTypes,
} from '../guest-facts/connection-facts.ts';
import { domainKey, type LibvirtAnswers, libvirtMemory } from '../guest-facts/libvirt-memory.ts';
import { osFor } from '../guest-facts/os-memory.ts';
import { surroundings, withUsableNetwork } from '../guest-facts/surroundings.ts';
import { bootFilesOf, lookAtMedia } from './look-at-media.ts';
import { localPool, pathFacts } from './storage-facts.ts';

/** What `--print-xml` shows: one document, or the installation's and the one that stays. */
export type PrintedGuest = { readonly documents: readonly string[]; readonly warnings: readonly string[] };

/**
 * The XML of a command line, made without starting or creating anything. libvirt is asked only for what is not remembered.
 * @param refusals what is wrong already, told together with what is found here
 * @throws SpecError `spec.invalid`; HostError and MediaError of what has to be looked at
 */
export async function printGuest(
  options: VirtInstallOptions,
  context: BuildContext,
  refusals = new Refusals(),
): Promise<PrintedGuest> {
  const method = installMethod(options);
  const asked = options.values.connect ?? context.env.LIBVIRT_DEFAULT_URI ?? '';
  const where = method.location === undefined ? '--cdrom' : '--location';
  const media = await refusals.noted(
    where,
    () => lookAtMedia(options, mediaHere(method, asked), context),
    undefined,
  );
  const os = await osFor(options, media?.osId, refusals, context);
  const line = { asked, options, method, media, os, refusals };
  const { facts, privateDaemon } = await gatherFacts(line, context).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.code !== 'host.libvirt-unreachable') throw error;
    refusals.note(connectWord(options), error);
    throw refusals.errorWith('The command line');
  });
  // Pure XML is virt-install's, whatever can be started here.
  const isPure = hasFlag(options, 'pure');
  const wanted = isPure ? options : withUsableNetwork(options, privateDaemon);
  const { install, final, summary, warnings } = guestXml(wanted, facts, refusals);
  const domains = install === undefined ? [final] : [install, final];
  if (!isPure) {
    const throwAwayDisks = newDisksOf(summary);
    if (install !== undefined)
      addToDomain(install, { ...BUILD_MARK, serialLog: '<serial.log>', throwAwayDisks });
    addToDomain(final, BUILD_MARK);
  }
  return { documents: domains.map((domain) => writeXml(domain)), warnings };
}

/** Only the build itself knows its id, and the path of its log. */
const BUILD_MARK = { buildId: '<id>' };

/** The ISO of `--cdrom` lies on the connection's host, so of one elsewhere nobody can tell the system (virt-install's installer.py). */
const mediaHere = ({ cdrom, ...method }: InstallMethod, asked: string): InstallMethod =>
  cdrom === undefined || connectionFacts(asked).remote ? method : { ...method, cdrom };

type Line = {
  /** The connection's URI as it was given. */
  readonly asked: string;
  readonly options: VirtInstallOptions;
  readonly method: InstallMethod;
  readonly media: MediaInspection | undefined;
  readonly os: OsFacts;
  readonly refusals: Refusals;
};

async function gatherFacts(
  { asked, options, method, media, os, refusals }: Line,
  context: BuildContext,
): Promise<{ readonly facts: GuestFacts; readonly privateDaemon: boolean }> {
  const program = await refusals.noted('--tftp', () => bootProgram(options, context.cwd), undefined);
  const { answers, live } = await answersFor({ asked, options, os, refusals }, context);
  const connection = connectionFacts(answers.uri);
  const host = withUsableTypes(answers, options);
  const { hypervisor } = chooseHypervisor(options, host, os, connection);
  const domain = answers.domains[domainKey(hypervisor)];
  if (domain === undefined) throw new Error(`libvirt was not asked for ${domainKey(hypervisor)}`);
  const bootFiles = bootFilesOf(method, media, os, context);
  const cloudInitIso = join(context.places.cache, 'cloud-init.iso');
  const facts: GuestFacts = {
    ...surroundings(connection, context),
    host,
    domain,
    os,
    ...(live?.elsewhere === undefined
      ? await storageHere(
          options,
          [method.cdrom, bootFiles?.iso],
          live?.pools ?? answers.pools.map(localPool),
          {
            privileged: connection.privileged,
            context,
          },
        )
      : withIso(live.elsewhere, bootFiles?.iso, context)),
    takenNames: live?.takenNames ?? [],
    ...(program === undefined ? {} : { bootProgram: program }),
    ...(bootFiles === undefined ? {} : { bootFiles }),
    ...(method.cloudInit === undefined
      ? {}
      : { cloudInitIso: { path: cloudInitIso, exists: true, type: 'file', format: 'iso' } }),
  };
  return { facts, privateDaemon: answers.privateDaemon };
}

type StorageAnswers = Pick<GuestFacts, 'pools' | 'defaultPool' | 'paths'>;

async function storageHere(
  options: VirtInstallOptions,
  media: readonly (string | undefined)[],
  pools: readonly PoolFact[],
  { privileged, context }: { readonly privileged: boolean; readonly context: BuildContext },
): Promise<StorageAnswers> {
  const poolFolders = pools.map(({ path }) => path);
  const paths = await pathFacts(options, media, context.cwd, poolFolders);
  return { pools, defaultPool: defaultPool(pools, privileged, context), paths };
}

/** The ISO of `--location` is this machine's, which the build brings there. */
function withIso(
  { pools, defaultPool, paths }: StorageAnswers,
  iso: string | undefined,
  { cwd }: BuildContext,
): StorageAnswers {
  if (iso === undefined) return { pools, defaultPool, paths };
  const path = resolve(cwd, iso);
  return {
    pools,
    defaultPool,
    paths: { ...paths, [path]: { path, exists: true, type: 'file', format: 'iso' } },
  };
}

async function answersFor(
  { asked, options, os, refusals }: Pick<Line, 'asked' | 'options' | 'os' | 'refusals'>,
  context: BuildContext,
): Promise<{ readonly answers: LibvirtAnswers; readonly live?: LiveAnswers }> {
  const memory = libvirtMemory(asked, context);
  const known = await memory.recall();
  if (known !== undefined && !needsConnection(known, options) && knowsDomain(known, options, os))
    return { answers: known };
  const { askEverything } = await import('./libvirt-answers.ts');
  const refused = refusals.problems.length;
  const { answers, live } = await askEverything(options, os, { known, refusals }, context);
  // What took the place of something that was refused is no answer to it.
  if (refusals.problems.length === refused) await memory.remember(answers);
  return { answers, live };
}

/** A name to be made up must be free, pools are named for what is in them now, and paths elsewhere are told by libvirt alone. */
function needsConnection({ uri }: LibvirtAnswers, options: VirtInstallOptions): boolean {
  if (connectionFacts(uri).remote) return true;
  const named = options.values.name ?? given(usesOf(options, 'metadata').at(-1), 'name');
  const ofPools = ['pool', 'vol', 'source.pool'];
  return (
    named === undefined || usesOf(options, 'disk').some((use) => ofPools.some((name) => given(use, name)))
  );
}

function knowsDomain(known: LibvirtAnswers, options: VirtInstallOptions, os: OsFacts): boolean {
  const host = withUsableTypes(known, options);
  const { hypervisor } = chooseHypervisor(options, host, os, connectionFacts(known.uri));
  return known.domains[domainKey(hypervisor)] !== undefined;
}

/** The pool `default`, or the one at libvirt's own folder for images, or the one that would be made there. */
function defaultPool(pools: readonly PoolFact[], privileged: boolean, context: BuildContext): PoolFact {
  const data = context.env.XDG_DATA_HOME || join(homeFrom(context.env), '.local', 'share');
  const path = join(privileged ? '/var/lib/libvirt' : join(data, 'libvirt'), 'images');
  const known = pools.find(({ name }) => name === 'default') ?? pools.find((pool) => pool.path === path);
  return known ?? localPool({ name: 'default', path, type: 'dir' });
}
