import { createWriteStream } from 'node:fs';
import type { Logger } from '../foundation/logger.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { type AccessEvent, accessLine } from '../http-server/access-event.ts';
import {
  fileContent,
  firstOf,
  folderContent,
  memoryContent,
  type ServedContent,
  under,
} from '../http-server/served-content.ts';
import { type HttpServer, startHttpServer } from '../http-server/start-http-server.ts';
import { installScript } from '../ipxe/install-script.ts';
import { type LoaderOptions, loaderScript } from '../ipxe/loader-script.ts';
import { ipxeHost } from '../ipxe/run-ipxe.ts';
import { USER_NETWORK } from '../ipxe/user-network.ts';
import { writeIpxeIso } from '../ipxe/write-ipxe-iso.ts';
import type { ResolvedLocation } from '../media/install-media.ts';
import { openIsoImage } from '../media/iso9660/iso-image.ts';
import type { ServedTree } from '../media/served-tree.ts';
import { joinArguments } from '../os/kernel-arguments.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { appendToInitrd } from '../seed/append-to-initrd.ts';
import type { SeedFile } from '../seed/seed-file.ts';
import type { BuildDirectory } from './build-directory.ts';
import type { IpxePackages } from './ipxe-packages.ts';
import { ipxeTools } from './ipxe-tools.ts';
import { isoContent } from './iso-content.ts';

export type IpxeBoot = {
  /** The media the installer still needs as a drive, behind the iPXE ISO. */
  readonly cdroms: readonly string[];
  close(): Promise<void>;
};

export type IpxeBootOptions = {
  readonly plan: BuildPlan;
  readonly host: HostFacts;
  readonly media: ResolvedLocation;
  readonly packages: IpxePackages;
  /** What the install script's injection puts into the initrd. */
  readonly injected: readonly SeedFile[];
  readonly directory: BuildDirectory;
  readonly cacheDir: string;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly onAccess: (event: AccessEvent) => void;
};

/** Where an install tree is served, below the server's token; plans say the same. */
const TREE = 'tree';
const SCRIPT = 'boot.ipxe';
const KERNEL = 'linux';
const INITRD = 'initrd';

/** Rounds of the loader: our server answers at once or not at all. */
const TRIES = 3;

/**
 * Makes the iPXE ISO of one build and the web server it loads from: Kiln's script for this build, the kernel, the initrd with the install
 * script, and the packages where the installer can take them from there. All below a path nobody can guess: the initrd holds
 * password hashes.
 */
export async function prepareIpxeBoot(options: IpxeBootOptions): Promise<IpxeBoot> {
  const { plan, host, directory, media, packages } = options;
  const firmware = plan.firmware.kind;
  const tools = await ipxeTools({ ...options, firmware: [firmware], host: ipxeHost(host) });
  const iso = media.isoPath === undefined ? undefined : await openIsoImage(media.isoPath);
  const files = new Map<string, string>();
  const tree = treeContent(media, iso && isoContent(iso, media.isoPath ?? ''));
  const content = firstOf(
    memoryContent(files),
    fileContent(KERNEL, media.kernelPath),
    fileContent(INITRD, directory.initrd),
    ...(tree === undefined ? [] : [under(TREE, tree)]),
  );
  const log = createWriteStream(directory.httpLog, { flags: 'a', mode: 0o644 });
  const onAccess = (event: AccessEvent): void => {
    if (event.type === 'response') log.write(`${accessLine(event)}\n`);
    options.onAccess(event);
  };
  const server = await startHttpServer({ content, token: true, logger: options.logger, onAccess });
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await server.close();
    await new Promise<void>((settle) => log.end(settle));
    await iso?.close();
  };
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  try {
    const served = servedTree(server);
    await appendToInitrd(
      media.initrdPath,
      [...packages.files(served), ...options.injected],
      directory.initrd,
    );
    const kernelArguments = joinArguments(packages.kernelArguments(served), plan.kernelArguments);
    files.set(SCRIPT, installScript({ title: plan.name, kernel: KERNEL, initrd: INITRD, kernelArguments }));
    const capabilities = tools.capabilities[firmware];
    if (capabilities === undefined)
      throw new TypeError('ipxeTools answers for the firmware it was asked about');
    const loader = loaderScript(buildLoader(plan.name, `${server.guestUrl}${SCRIPT}`), capabilities);
    await writeIpxeIso(
      { ...tools, firmware: [firmware], scripts: { [firmware]: loader.text } },
      directory.ipxeIso,
      options,
    );
    const needsDrive = packages.kind === 'drive' && media.isoPath !== undefined;
    return { cdroms: needsDrive ? [media.isoPath ?? ''] : [], close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What the ISO of a build does. Its network is QEMU's, which is known; there is one card.
 * @param url of the build's own script
 */
export function buildLoader(name: string, url: string): LoaderOptions {
  return {
    title: `loader of ${name}`,
    network: { kind: 'static', ...USER_NETWORK },
    chain: [url],
    tries: TRIES,
    failsafe: { kind: 'fail' },
  };
}

function servedTree({ guestUrl }: HttpServer): ServedTree {
  const { host, pathname } = new URL(`${guestUrl}${TREE}`);
  return { host, folder: pathname };
}

function treeContent(media: ResolvedLocation, iso: ServedContent | undefined): ServedContent | undefined {
  if (iso !== undefined) return iso;
  return media.tree?.kind === 'directory' ? folderContent(media.tree.path) : undefined;
}
