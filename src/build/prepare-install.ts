import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { requireSpace } from '../host/free-space.ts';
import type { HostFacts } from '../host/host-facts.ts';
import type { ResolvedCdrom, ResolvedLocation } from '../media/install-media.ts';
import { joinArguments } from '../os/kernel-arguments.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { appendToInitrd } from '../seed/append-to-initrd.ts';
import { createSeedIso } from '../seed/create-seed-iso.ts';
import { scriptSeed } from '../seed/script-seed.ts';
import type { DomainBoot } from '../vm/domain-input.ts';
import type { BuildDirectory } from './build-directory.ts';
import { type InstallDomain, installDomain } from './install-domain.ts';
import type { BuildScript } from './render-for-build.ts';
import { writePlan } from './write-plan.ts';

export type PreparedInstall = {
  readonly kind: 'install';
  readonly plan: BuildPlan;
  readonly directory: BuildDirectory;
  readonly markerToken: string;
  readonly domain: InstallDomain;
};

export type PrepareOptions = {
  readonly buildId: string;
  readonly plan: BuildPlan;
  readonly host: HostFacts;
  /** Of the libvirt the domain is for. */
  readonly uri: string;
  readonly media: ResolvedCdrom | ResolvedLocation;
  /** Rendered for this build; undefined when the media bring their own. */
  readonly script: BuildScript | undefined;
  readonly markerToken: string;
  readonly directory: BuildDirectory;
};

/** What an installation usually writes at most; a sparse disk of 40 GiB does not need 40 GiB here. */
const USUAL_INSTALL_BYTES = 3 * 2 ** 30;

/** Makes everything the installer's guest needs, inside the work folder. */
export async function prepareInstall(options: PrepareOptions): Promise<PreparedInstall> {
  const { plan, directory, media } = options;
  const { sizeBytes } = plan.disk;
  if (sizeBytes === undefined) throw new TypeError('a plan that installs says how large the disk is');
  await requireSpace(directory.work, Math.min(sizeBytes, USUAL_INSTALL_BYTES), 'the install disk');
  await writeFile(directory.disk, '', { mode: 0o600 });
  await truncate(directory.disk, sizeBytes);
  if (plan.firmware.kind === 'uefi') await copyFile(plan.firmware.varsTemplate, directory.nvram);
  // QEMU or virtlogd would create it with an owner of their own.
  await writeFile(directory.serialLog, '', { flag: 'a', mode: 0o644 });
  const boot = await prepareBoot(options);
  const seed = await prepareSeed(options);
  const cdroms = [media.isoPath, seed].filter((path) => path !== undefined);
  const domain = installDomain({ ...options, boot, cdroms });
  await writeIntent(options, domain);
  return { kind: 'install', plan, directory, markerToken: options.markerToken, domain };
}

async function prepareBoot({ plan, media, script, directory }: PrepareOptions): Promise<DomainBoot> {
  if (media.kind === 'cdrom') return { kind: 'cdrom' };
  const injected = plan.script?.inject === 'initrd' ? script : undefined;
  if (injected !== undefined && plan.script !== undefined) {
    const file = { name: plan.script.installName, content: injected.text };
    await appendToInitrd(media.initrdPath, [file], directory.initrd);
  }
  return {
    kind: 'direct',
    kernel: media.kernelPath,
    initrd: injected === undefined ? media.initrdPath : directory.initrd,
    commandLine: joinArguments(media.facts.kernelArguments, plan.kernelArguments).join(' '),
  };
}

async function prepareSeed({ plan, script, directory }: PrepareOptions): Promise<string | undefined> {
  if (plan.script?.inject !== 'seed-iso' || script === undefined) return undefined;
  await createSeedIso(scriptSeed(plan.script.kind, script.text), directory.seed);
  return directory.seed;
}

/** For whoever reads the build's folder later: the choices made and the domains as libvirt gets them. */
async function writeIntent({ plan, directory }: PrepareOptions, domain: InstallDomain): Promise<void> {
  await Promise.all([
    writePlan(directory.planFile, plan),
    writeFile(directory.installXml, domain.installXml),
    writeFile(directory.finalXml, domain.finalXml),
  ]);
}
