import { resolve } from 'node:path';
import { specErrorOf } from '../../foundation/errors.ts';
import { Refusals } from '../../foundation/refusals.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { PlannedDisk } from '../../storage/planned-disk.ts';
import { newDisksOf, type SummaryDisk } from '../../virt-install/guest/summary.ts';
import type { GuestXml } from '../../virt-install/guest-xml.ts';
import { guestXml, xmlText } from '../../virt-install/guest-xml.ts';
import { type InstallMethod, installMethod } from '../../virt-install/install-method.ts';
import {
  given,
  hasFlag,
  switchOf,
  usesOf,
  type VirtInstallOptions,
} from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';
import { withUsableNetwork } from '../guest-facts/surroundings.ts';
import { cloudInitRequest } from './cloud-init.ts';
import { gatherGuestFacts } from './gather-guest-facts.ts';
import type {
  MachineFacts,
  MachineLife,
  MachineMedia,
  MachineRequest,
  MachineXml,
} from './machine-request.ts';
import { CLOUD_INIT_PLACE } from './machine-xml.ts';
import { refuseNamedFiles } from './named-files.ts';
import { originOf } from './origin-of.ts';
import { readOwnOptions } from './own-options.ts';

/**
 * A command line in virt-install's words as a build.
 * @throws SpecError `spec.invalid` with every problem of Kiln's own options
 */
export function machineRequestOf(options: VirtInstallOptions, context: BuildContext): MachineRequest {
  const { values, lists } = options;
  const method = installMethod(options);
  const { settings, keep, list } = readOwnOptions(options, method, context.cwd);
  refuseMethods(options, method, (where, problem) => list.add(where, problem));
  if (list.problems.length > 0) throw specErrorOf('The command line', list.problems);
  const { script, rootPassword, limits } = settings;
  return {
    life: lifeOf(options),
    media: mediaOf(method, settings.media?.[0], context.cwd),
    ...(script?.path === undefined
      ? {}
      : {
          script: {
            path: script.path,
            variables: settings.variables ?? {},
            ...(script.inject === undefined ? {} : { inject: script.inject }),
            ...(rootPassword === undefined ? {} : { rootPassword }),
          },
        }),
    ...(method.cloudInit === undefined ? {} : { cloudInit: cloudInitRequest(method.cloudInit, context.cwd) }),
    extraArgs: method.extraArgs,
    initrdInject: (lists['initrd-inject'] ?? []).map((path) => resolve(context.cwd, path)),
    outputs: settings.outputs ?? [{ format: 'qcow2' }],
    publish: settings.publish ?? [],
    limits: {
      ...(limits?.total === undefined ? {} : { total: limits.total }),
      ...(limits?.stall === undefined ? {} : { stall: limits.stall }),
      ...(settings.bootCheck?.limit === undefined ? {} : { bootCheck: settings.bootCheck.limit }),
    },
    originOf: (message) => originOf(message, options),
    describe: (facts) => describeMachine(options, facts, context),
    ...(values.output === undefined ? {} : { output: values.output }),
    ...(values.connect === undefined ? {} : { connect: values.connect }),
    ...(keep === undefined ? {} : { keep }),
    ...(hasFlag(options, 'offline') ? { offline: true } : {}),
    ...(hasFlag(options, 'force') ? { force: true } : {}),
  };
}

/** Ways to install that Kiln does not go, and what contradicts itself. */
function refuseMethods(
  options: VirtInstallOptions,
  method: InstallMethod,
  refuse: (where: string, problem: string) => void,
): void {
  if (method.cloudInit !== undefined && method.kind !== 'import') {
    refuse('--cloud-init', 'needs --import: an installer is set up by its script (--script)');
  } else if (method.cloudInit !== undefined && hasFlag(options, 'noreboot')) {
    refuse('--cloud-init', 'is for a guest that is started; leave out --noreboot');
  }
  if (hasFlag(options, 'transient') && hasFlag(options, 'autostart')) {
    refuse(
      '--autostart',
      'needs a machine that is defined, which --transient leaves out; choose one of them',
    );
  }
  const isGenerated = switchOf(method.cloudInit, 'root-password-generate') === true;
  if (isGenerated && given(method.cloudInit, 'user-data') !== undefined) {
    const problem =
      'does not go together with user-data=, which alone says what accounts there are; leave one of them out';
    refuse('--cloud-init root-password-generate=', problem);
  }
}

function mediaOf(
  method: InstallMethod,
  source: { readonly kind: string; readonly from: string } | undefined,
  cwd: string,
): MachineMedia {
  if (source !== undefined && (method.kind === 'cdrom' || method.kind === 'location')) {
    return { ...source, kind: method.kind };
  }
  if (method.kind === 'pxe') return { kind: 'pxe', servesFiles: method.tftp !== undefined };
  if (method.kernel === undefined) return { kind: 'none' };
  const { kernel, initrd } = method.kernel;
  return { kind: 'kernel', kernel: resolve(cwd, kernel), initrd: resolve(cwd, initrd) };
}

function lifeOf(options: VirtInstallOptions): MachineLife {
  const check = (name: string): boolean => {
    const said = usesOf(options, 'check').map((use) => switchOf(use, name) ?? switchOf(use, 'all'));
    return said.findLast((value) => value !== undefined) ?? true;
  };
  const { wait } = options.values;
  const capture = !hasFlag(options, 'no-capture');
  const showsNothing = hasFlag(options, 'noautoconsole') || options.values.autoconsole === 'none';
  const leavesAtOnce = !capture && showsNothing;
  const minutes = wait === undefined ? (leavesAtOnce ? 0 : undefined) : Number(wait);
  return {
    reboot: !hasFlag(options, 'noreboot'),
    ...(minutes === undefined ? {} : { wait: minutes }),
    transient: hasFlag(options, 'transient'),
    destroyOnExit: hasFlag(options, 'destroy-on-exit'),
    autostart: hasFlag(options, 'autostart'),
    checks: {
      pathInUse: check('path_in_use'),
      diskSize: check('disk_size'),
      macInUse: check('mac_in_use'),
    },
    capture,
    bootCheck: !hasFlag(options, 'no-boot-check'),
    pure: hasFlag(options, 'pure'),
  };
}

/** The machine's XML in both phases and its disks. */
export async function describeMachine(
  options: VirtInstallOptions,
  facts: MachineFacts,
  context: BuildContext,
): Promise<MachineXml> {
  const { refusals = new Refusals() } = facts;
  const wanted = withUsableNetwork(options, facts.privateDaemon);
  const isRemote = isRemoteUri(facts.connection.uri);
  await refusals.noted('--disk', () => refuseNamedFiles(options, context.cwd, isRemote), undefined);
  const gathered = await gatherGuestFacts(wanted, { ...facts, refusals }, context);
  // Its path is filled in when it is made.
  const cloudInitIso = { path: CLOUD_INIT_PLACE, exists: true, type: 'file', format: 'iso' } as const;
  const guestFacts = { ...gathered, cloudInitIso };
  const { install, final, summary, warnings }: GuestXml = guestXml(wanted, guestFacts, refusals);
  return {
    name: summary.name,
    uuid: summary.uuid,
    ...(install === undefined ? {} : { install: xmlText(install) }),
    final: xmlText(final),
    disks: summary.disks.map((disk) => plannedDisk(disk, guestFacts.pools)),
    readPools: gathered.readPools,
    newDisks: newDisksOf(summary),
    warnings,
  };
}

const DEVICES = ['disk', 'cdrom', 'floppy', 'lun'] as const;

function plannedDisk(disk: SummaryDisk, pools: readonly { readonly name: string }[]): PlannedDisk {
  const { path, toCreate } = disk;
  const request = {
    label: disk.saidBy ?? (path === undefined ? '--disk' : `--disk ${path}`),
    device: DEVICES.find((device) => device === disk.device) ?? ('disk' as const),
    readonly: disk.readonly,
    shareable: disk.shareable,
  };
  const format = disk.driverType === undefined ? {} : { format: disk.driverType };
  const type = disk.type === 'volume' ? 'file' : disk.type;
  const source = path === undefined ? {} : { source: { type, path, ...format } };
  if (toCreate === undefined || path === undefined) return { request, ...source };
  const { pool, poolPath, name, sizeBytes, backingStore, backingFormat } = toCreate;
  const isKnown = pools.some((one) => one.name === pool);
  return {
    request,
    ...source,
    create: {
      pool,
      name,
      path,
      capacity: sizeBytes,
      allocation: toCreate.sparse ? 0 : sizeBytes,
      ...(toCreate.format === undefined ? {} : { format: toCreate.format }),
      ...(backingStore === undefined
        ? {}
        : {
            backing: {
              path: backingStore,
              ...(backingFormat === undefined ? {} : { format: backingFormat }),
            },
          }),
    },
    ...(isKnown ? {} : { createPool: { name: pool, target: poolPath, build: pool === 'default' } }),
  };
}
