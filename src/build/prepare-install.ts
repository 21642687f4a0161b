import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import { publicText } from '../foundation/public-url.ts';
import { writeFile } from '../foundation/write-file.ts';
import { requireSpace } from '../host/free-space.ts';
import type { HostFacts } from '../host/host-facts.ts';
import type { AccessEvent } from '../http-server/access-event.ts';
import { hostnameFor } from '../install-script/script-values.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import { PLANNED_TREE } from '../media/served-tree.ts';
import { joinArguments } from '../os/kernel-arguments.ts';
import { SERVED_AT } from '../os/script-arguments.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { appendToInitrd } from '../seed/append-to-initrd.ts';
import type { CloudData } from '../seed/cloud-data.ts';
import { createSeedIso } from '../seed/create-seed-iso.ts';
import { seedFor } from '../seed/script-seed.ts';
import type { SeedFile } from '../seed/seed-file.ts';
import type { DomainBoot } from '../vm/domain-input.ts';
import type { CompletedInstall } from '../watch/install-outcome.ts';
import type { BuildDirectory } from './build-directory.ts';
import { checkKickseed } from './check-kickseed.ts';
import { growDisk } from './grow-disk.ts';
import { type InstallDomain, installDomain } from './install-domain.ts';
import { prepareIpxeBoot } from './ipxe-boot.ts';
import { type IpxePackages, ipxePackages } from './ipxe-packages.ts';
import type { Journal } from './journal.ts';
import {
  argumentsWith,
  asksForSyslog,
  type ReceivedSyslog,
  receiveSyslog,
  withSyslogPort,
} from './receive-syslog.ts';
import type { BuildScript } from './render-for-build.ts';
import { metadataSocketPath, type ServedScript, serveScript } from './serve-script.ts';
import { writePlan } from './write-plan.ts';

export type PreparedInstall = {
  readonly kind: 'install';
  /** With the kernel's command line as the guest got it, but for addresses. */
  readonly plan: BuildPlan;
  readonly directory: BuildDirectory;
  readonly markerToken: string;
  readonly domain: InstallDomain;
  /** What the installer fetches its script from. */
  readonly served: ServedScript | undefined;
  /** Where the installer sends its log; absent when it sends none. */
  readonly syslogPort?: number;
  /** Seconds since an earlier Kiln started the guest; absent when it is still to be started. */
  readonly ranSeconds?: number;
  /** How an earlier Kiln saw it end well; absent when it is still to be watched. */
  readonly completed?: CompletedInstall;
  /** Ends what served the guest during its install; harmless when repeated. */
  close(): Promise<void>;
};

export type PrepareOptions = {
  readonly buildId: string;
  readonly plan: BuildPlan;
  readonly host: HostFacts;
  /** Of the libvirt the domain is for. */
  readonly uri: string;
  /** An import has a user script, which its system runs; its disk is there already. */
  readonly media: ResolvedMedia;
  /** Rendered for this build; undefined when the media bring their own. */
  readonly script: BuildScript | undefined;
  readonly markerToken: string;
  readonly directory: BuildDirectory;
  /** Told of what lies outside of the build's folders before it is made. */
  readonly journal: Journal;
  /** Short paths for sockets. */
  readonly runtimeDir: string;
  readonly cacheDir: string;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** The guest fetched something from Kiln's own web server. */
  readonly onAccess: (event: AccessEvent) => void;
};

/** What an installation usually writes at most; a sparse disk of 40 GiB does not need 40 GiB here. */
const USUAL_INSTALL_BYTES = 3 * 2 ** 30;

/** Makes everything the installer's guest needs, inside the work folder. */
export async function prepareInstall(options: PrepareOptions): Promise<PreparedInstall> {
  const { plan, directory } = options;
  if (options.media.kind !== 'import') await prepareDisk(options);
  if (plan.firmware.kind === 'uefi') await copyFile(plan.firmware.varsTemplate, directory.nvram);
  // QEMU or virtlogd would create it with an owner of their own.
  await writeFile(directory.serialLog, '', { flag: 'a', mode: 0o644 });
  const seed = await prepareSeed(options);
  const installerLog = await portLog(options);
  const packages = await packagesThroughIpxe(options);
  const words = mediaWords(options, packages);
  const served = await startServing(options);
  const syslog = await startReceiving(options, words);
  try {
    const boot = await prepareBoot({ ...options, plan: withAddresses(plan, served, syslog?.port) }, packages);
    const close = async (): Promise<void> => {
      await boot.close();
      await served?.close();
      await syslog?.close();
    };
    const cdroms = [...boot.cdroms, seed].filter((path) => path !== undefined);
    const metadataSocket = served?.metadataSocket;
    const domain = installDomain({ ...options, boot: boot.domain, cdroms, metadataSocket, installerLog });
    const booted = asBooted(options, words, syslog);
    await writeIntent({ ...options, plan: booted }, domain);
    const { markerToken } = options;
    const syslogPort = syslog === undefined ? {} : { syslogPort: syslog.port };
    return { kind: 'install', plan: booted, directory, markerToken, domain, served, ...syslogPort, close };
  } catch (error) {
    await served?.close();
    await syslog?.close();
    throw error;
  }
}

async function prepareDisk({ plan, directory }: PrepareOptions): Promise<void> {
  const { sizeBytes } = plan.disk;
  const { disk } = directory;
  if (sizeBytes === undefined) throw new TypeError('a plan that installs says how large the disk is');
  await requireSpace(directory.work, Math.min(sizeBytes, USUAL_INSTALL_BYTES), 'the install disk');
  await writeFile(disk, '', { mode: 0o600 });
  await growDisk(disk, sizeBytes);
}

/** The file behind the virtio port that Anaconda logs to; undefined for installers that know none. */
async function portLog({ media, directory }: PrepareOptions): Promise<string | undefined> {
  const { family } = media.facts;
  if (family !== 'anaconda' && family !== 'test-installer') return undefined;
  // As with the serial log: QEMU or virtlogd would create it with an owner of their own.
  await writeFile(directory.installerLog, '', { flag: 'a', mode: 0o644 });
  return directory.installerLog;
}

async function startServing(options: PrepareOptions): Promise<ServedScript | undefined> {
  const { plan, script, directory, runtimeDir, buildId, journal } = options;
  if (plan.script === undefined || script === undefined) return undefined;
  const metadataSocket = metadataSocketPath(runtimeDir, buildId);
  if (plan.script.inject === 'metadata') journal.note({ kind: 'path', path: dirname(metadataSocket) });
  return serveScript({
    script: plan.script,
    data: cloudData(plan, script),
    accessLog: directory.httpLog,
    installerLog: directory.installerLog,
    metadataSocket,
  });
}

const cloudData = ({ name }: BuildPlan, { text }: BuildScript): CloudData => ({
  userData: text,
  instanceId: randomUUID(),
  hostname: hostnameFor(name),
});

/** Undefined where iPXE does not start the installer's kernel. */
async function packagesThroughIpxe({ plan, media }: PrepareOptions): Promise<IpxePackages | undefined> {
  return plan.loader === 'ipxe' && media.kind === 'location' ? ipxePackages(media) : undefined;
}

/** What these media put on the kernel's command line, but for addresses; undefined where they bring a line of their own. */
function mediaWords(
  { media }: PrepareOptions,
  packages: IpxePackages | undefined,
): readonly string[] | undefined {
  if (media.kind !== 'location') return undefined;
  return packages?.kernelArguments(PLANNED_TREE) ?? media.facts.kernelArguments;
}

/** An install goes as well without. */
async function startReceiving(
  { plan, directory, host, logger }: PrepareOptions,
  words: readonly string[] | undefined,
): Promise<ReceivedSyslog | undefined> {
  if (words === undefined || !asksForSyslog(joinArguments(words, plan.kernelArguments))) return undefined;
  const { syslog: path } = directory;
  return receiveSyslog({ path, uid: host.uid, clock: systemClock, logger }).catch((error: Error) => {
    logger.warn(error.message);
    return undefined;
  });
}

/** The plan to be saved: with what these media add, and without what this guest is not told. */
function asBooted(
  { plan }: PrepareOptions,
  words: readonly string[] | undefined,
  syslog: ReceivedSyslog | undefined,
): BuildPlan {
  if (words === undefined) return plan;
  const all = argumentsWith(words, plan.kernelArguments);
  return { ...plan, kernelArguments: syslog === undefined ? withSyslogPort(all, undefined) : all };
}

/** The kernel's command line with the addresses that are known only now; they stay out of the plan that is saved. */
function withAddresses(
  plan: BuildPlan,
  served: ServedScript | undefined,
  syslogPort: number | undefined,
): BuildPlan {
  const url = served?.guestUrl;
  const words = withSyslogPort(plan.kernelArguments, syslogPort);
  return {
    ...plan,
    kernelArguments: url === undefined ? words : words.map((word) => word.replace(SERVED_AT, url)),
  };
}

type Boot = {
  readonly domain: DomainBoot;
  /** The media among the drives, in their order. */
  readonly cdroms: readonly (string | undefined)[];
  close(): Promise<void>;
};

const NOTHING_TO_CLOSE = (): Promise<void> => Promise.resolve();

async function prepareBoot(options: PrepareOptions, packages: IpxePackages | undefined): Promise<Boot> {
  const { plan, media, directory } = options;
  if (media.kind === 'import') return { domain: { kind: 'disk' }, cdroms: [], close: NOTHING_TO_CLOSE };
  const cdroms = [media.isoPath];
  if (media.kind === 'location') await checkKickseed(plan.os ?? media.facts.osId, plan.script?.kind, media);
  if (media.kind === 'cdrom') return { domain: { kind: 'cdrom' }, cdroms, close: NOTHING_TO_CLOSE };
  const injected = injectedFiles(options);
  if (packages !== undefined) {
    const ipxe = await prepareIpxeBoot({ ...options, media, packages, injected });
    return { domain: { kind: 'cdrom' }, cdroms: [directory.ipxeIso, ...ipxe.cdroms], close: ipxe.close };
  }
  if (injected.length > 0) await appendToInitrd(media.initrdPath, injected, directory.initrd);
  const domain = {
    kind: 'direct',
    kernel: media.kernelPath,
    initrd: injected.length === 0 ? media.initrdPath : directory.initrd,
    commandLine: joinArguments(media.facts.kernelArguments, plan.kernelArguments).join(' '),
  } as const;
  return { domain, cdroms, close: NOTHING_TO_CLOSE };
}

function injectedFiles({ plan, script }: PrepareOptions): readonly SeedFile[] {
  if (plan.script?.inject !== 'initrd' || script === undefined) return [];
  return [{ name: plan.script.installName, content: script.text }];
}

async function prepareSeed({ plan, script, directory }: PrepareOptions): Promise<string | undefined> {
  if (plan.script === undefined || script === undefined) return undefined;
  const seed = seedFor({ ...plan.script, data: cloudData(plan, script) });
  if (seed === undefined) return undefined;
  await createSeedIso(seed, directory.seed);
  return directory.seed;
}

/** For whoever reads the build's folder later: the choices made and the domains as libvirt gets them. */
async function writeIntent(
  { plan, directory, buildId }: PrepareOptions,
  domain: InstallDomain,
): Promise<void> {
  await Promise.all([
    writePlan(directory.planFile, plan, buildId),
    writeFile(directory.installXml, publicText(domain.installXml)),
    writeFile(directory.finalXml, domain.finalXml),
  ]);
}
