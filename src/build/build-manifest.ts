import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import process from 'node:process';
import type { Artifact } from '../artifact/artifact.ts';
import { manifestOutput } from '../artifact/manifest.ts';
import type { Manifest } from '../artifact/manifest-schema.ts';
import type { DiskReport } from '../disk/disk-report.ts';
import type { Redactor } from '../foundation/redact.ts';
import type { HostFacts } from '../host/host-facts.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import type { BuildPlan, FirmwarePlan } from '../plan/build-plan.ts';
import { formatWord } from '../qemu-img/disk-format.ts';
import type { CompletedInstall } from '../watch/install-outcome.ts';
import type { BootCheckReport } from './boot-check.ts';
import type { ImportedDisk } from './import-disk.ts';
import { warningTexts } from './install-warnings.ts';
import type { BuildScript } from './render-for-build.ts';
import { publicAnswers } from './write-plan.ts';

/** How the disk got its content. */
export type DiskOrigin = CompletedInstall | ImportedDisk;

export type ManifestFacts = {
  readonly kilnVersion: string;
  readonly buildId: string;
  readonly createdAt: Date;
  readonly plan: BuildPlan;
  readonly host: HostFacts;
  /** Absent when nothing was installed from: PXE, or a disk that had its system. */
  readonly media: ResolvedMedia | undefined;
  readonly script: BuildScript | undefined;
  /** Hides the build's secrets in what its guest and the lines of its script say. */
  readonly redact: Redactor;
  /** Asked before the work: at its end nothing is wanted of libvirt any more, so that its loss costs no finished image. */
  readonly libvirtVersion: string;
  readonly origin: DiskOrigin;
  readonly verification: DiskReport;
  readonly boot: BootCheckReport | undefined;
  readonly stageSeconds: Readonly<Record<string, number>>;
  readonly artifacts: readonly Artifact[];
};

/** All that is known of a finished build, without paths of this machine and without secrets. */
export function buildManifest(facts: ManifestFacts): Manifest {
  const { plan, host, media, script, boot } = facts;
  return {
    schemaVersion: 1,
    kilnVersion: facts.kilnVersion,
    buildId: facts.buildId,
    name: plan.name,
    createdAt: facts.createdAt.toISOString(),
    inputs: {
      media: media === undefined ? [] : [manifestMedia(media)],
      ...(script === undefined
        ? {}
        : { installScript: { name: script.name, sha256: sha256(script.original) } }),
      templates: plan.templates,
    },
    tools: {
      qemu: host.qemuVersion,
      libvirt: facts.libvirtVersion,
      node: process.versions.node,
    },
    host: manifestHost(host, plan.accelerator),
    plan: publicPlan(plan, media?.source),
    outcome: outcomeOf(facts.origin, script, facts.redact),
    verification: facts.verification,
    bootCheck:
      boot === undefined
        ? { result: 'skipped', why: 'as asked' }
        : { result: 'passed', line: facts.redact(boot.line), seconds: boot.seconds },
    timings: facts.stageSeconds,
    outputs: facts.artifacts.map(manifestOutput),
  };
}

/** The guest's own processor stands in the plan. */
export function manifestHost(
  { arch, cpuModel = 'unknown' }: Pick<HostFacts, 'arch' | 'cpuModel'>,
  accelerator: BuildPlan['accelerator'],
): Manifest['host'] {
  return { arch, accelerator, cpuModel };
}

function outcomeOf(
  origin: DiskOrigin,
  script: BuildScript | undefined,
  redact: Redactor,
): Manifest['outcome'] {
  if (origin.kind === 'imported') return { kind: origin.kind, detail: `from ${formatWord(origin.format)}` };
  const { kind, ending: detail, warnings } = origin;
  return {
    kind,
    detail,
    ...(warnings === undefined ? {} : { warnings: warningTexts(warnings, script).map(redact) }),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function manifestMedia({ kind, source, files }: ResolvedMedia): Manifest['inputs']['media'][number] {
  return { kind, source, files: files.map(({ name, sha256 }) => ({ name, sha256 })) };
}

/** The plan with file names where it has paths of this machine, and without the secrets' whereabouts. */
function publicPlan(plan: BuildPlan, source: string | undefined): Manifest['plan'] {
  const { publish: _elsewhere, script, rootPassword, firmware, emulator, media, ...rest } = plan;
  const { kind } = media[0] ?? { kind: 'cdrom' };
  const shown = {
    ...rest,
    ...publicAnswers(plan),
    emulator: basename(emulator),
    firmware: publicFirmware(firmware),
    media: source === undefined ? [] : [{ kind, from: source }],
    ...(script === undefined ? {} : { script: { ...script, path: basename(script.path) } }),
    rootPassword: rootPassword === undefined ? 'none' : 'given',
  };
  // Through JSON, so that what is undefined is not there: the manifest's plan is plain JSON.
  return JSON.parse(JSON.stringify(shown)) as Manifest['plan'];
}

function publicFirmware(firmware: FirmwarePlan): FirmwarePlan {
  if (firmware.kind === 'bios') return firmware;
  return { ...firmware, code: basename(firmware.code), varsTemplate: basename(firmware.varsTemplate) };
}
