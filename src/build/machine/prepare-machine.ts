import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { HostError, SpecError } from '../../foundation/errors.ts';
import { publicText } from '../../foundation/public-url.ts';
import { writeFile } from '../../foundation/write-file.ts';
import type { ChosenLibvirt } from '../../libvirt/choose-uri.ts';
import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type { BuildPlan, ScriptPlan } from '../../plan/build-plan.ts';
import { createSeedIso } from '../../seed/create-seed-iso.ts';
import { seedFor } from '../../seed/script-seed.ts';
import { createStorage, type OwnStorage } from '../../storage/create-storage.ts';
import type { BuildRun } from '../build-context.ts';
import type { BuildDirectory } from '../build-directory.ts';
import { noteSecrets } from '../build-secrets.ts';
import type { ClaimedBuild } from '../claim-build.ts';
import { makeFolders } from '../make-folders.ts';
import type { BuildScript } from '../render-for-build.ts';
import type { ServedScript } from '../serve-script.ts';
import { writePlan } from '../write-plan.ts';
import { type BootFiles, makeBootFiles, readInjected, SYSTEM_FOLDER } from './boot-files.ts';
import { makeCloudInitSeed } from './cloud-init.ts';
import { runsAsOtherUser } from './decide-machine.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import {
  CLOUD_INIT_PLACE,
  type KilnParts,
  withBootFiles,
  withCdrom,
  withDiskFile,
  withKilnParts,
  withServedAddress,
} from './machine-xml.ts';
import { placeFiles } from './remote-files.ts';
import { serveMachine } from './serve-machine.ts';
import { identifyAt } from './storage-host.ts';

/** What was decided about a machine before anything was created. */
export type MachineGround = {
  readonly run: BuildRun;
  readonly request: MachineRequest;
  readonly libvirt: ChosenLibvirt;
  readonly machine: MachineXml;
  readonly plan: BuildPlan;
  readonly script: { readonly plan: ScriptPlan; readonly rendered: BuildScript } | undefined;
  readonly markerToken: string;
  readonly bootFiles: BootFiles | undefined;
  /** The ISO of `--location`, which the guest has as CD-ROM. */
  readonly isoPath: string | undefined;
  readonly claimed: ClaimedBuild;
  readonly directory: BuildDirectory;
  readonly owner: { readonly uid: number; readonly gid: number };
};

/** The domain as libvirt gets it. */
export type ReadyMachine = {
  readonly name: string;
  readonly uuid: string;
  readonly install: string | undefined;
  readonly final: string;
  /** What the guest is started with by Kiln: `install` or, where nothing is installed, `final` with its console in the build's log. */
  readonly first: string;
  /** What the installer fetches its script from. */
  readonly served: ServedScript | undefined;
};

/**
 * Makes what the machine needs, each thing noted before: folders, volumes, kernel and initrd, seed.
 * @throws HostError `host.storage`
 */
export async function prepareMachine(ground: MachineGround): Promise<ReadyMachine> {
  const { request, directory, claimed, bootFiles, script } = ground;
  await makeFolders(directory, claimed.journal);
  const injected = await readInjected(
    request.initrdInject,
    script && { plan: script.plan, text: script.rendered.text },
  );
  if (injected.length > 0 && bootFiles === undefined) throw nothingToInjectInto();
  if (bootFiles !== undefined) await makeBootFiles(bootFiles, injected, claimed.journal, directory);
  await writeFile(directory.serialLog, '', { flag: 'a', mode: 0o644 });
  const seed = await makeSeed(ground);
  const cloudInit = await makeCloudInit(ground);
  const served = await serveMachine(ground);
  try {
    await makeStorage(ground);
    const iso = ground.isoPath;
    const files = [bootFiles?.kernel, bootFiles?.initrd, seed, cloudInit, iso];
    const place = await placeFiles(
      ground,
      files.filter((path) => path !== undefined),
    );
    const made = { seed, cloudInit, iso, address: served?.guestUrl };
    const ready = { ...finishXml(ground, made, place), served };
    await writeIntent(ground, ready);
    return ready;
  } catch (error) {
    await served?.close();
    throw error;
  }
}

async function writeIntent(
  { run, directory, plan }: MachineGround,
  { install, final }: ReadyMachine,
): Promise<void> {
  await Promise.all([
    writePlan(directory.planFile, plan, run.id),
    writeFile(directory.finalXml, final),
    ...(install === undefined ? [] : [writeFile(directory.installXml, publicText(install))]),
  ]);
}

function nothingToInjectInto(): SpecError {
  return new SpecError(
    'spec.invalid',
    '--initrd-inject: there is no initrd to add to; use --location instead of --cdrom, with the same ISO.',
  );
}

async function makeSeed({ script, directory, machine }: MachineGround): Promise<string | undefined> {
  const data = { userData: script?.rendered.text ?? '', instanceId: randomUUID(), hostname: machine.name };
  const seed = script && seedFor({ ...script.plan, data });
  if (seed === undefined) return undefined;
  await createSeedIso(seed, directory.seed);
  return directory.seed;
}

/** In the work folder, or where the system daemon's QEMU can enter. */
export async function cloudInitSeed({ libvirt, directory, run }: MachineGround): Promise<string> {
  return (await runsAsOtherUser(libvirt))
    ? join(SYSTEM_FOLDER, `kiln-${run.id}-cloud-init.iso`)
    : directory.seed;
}

async function makeCloudInit(ground: MachineGround): Promise<string | undefined> {
  const { request, run, plan, machine, directory, claimed } = ground;
  if (request.cloudInit === undefined) return undefined;
  const seed = await cloudInitSeed(ground);
  const place = { seed, instanceId: machine.uuid, directory, journal: claimed.journal };
  const { password, passwordFile } = await makeCloudInitSeed(request.cloudInit, place);
  if (password !== undefined)
    await noteSecrets(run.context.places.state, run.id, { plan, script: undefined, passwords: [password] });
  if (passwordFile !== undefined) {
    run.reporter.notice(
      `The password for root's first login, which asks for a new one, is in ${passwordFile}.`,
    );
  }
  return seed;
}

type Made = { readonly [what in 'seed' | 'cloudInit' | 'iso' | 'address']: string | undefined };

function finishXml(
  ground: MachineGround,
  { seed, cloudInit, iso, address }: Made,
  place: (path: string) => string,
): Omit<ReadyMachine, 'served'> {
  const { machine, request } = ground;
  const { kernel, initrd } = ground.bootFiles ?? {};
  const bootFiles = kernel && initrd ? { kernel: place(kernel), initrd: place(initrd) } : undefined;
  const finish = (xml: string, parts: KilnParts): string =>
    request.life.pure ? xml : withKilnParts(xml, parts);
  const booting = machine.install && bootFiles ? withBootFiles(machine.install, bootFiles) : machine.install;
  const seeded = booting && seed ? withCdrom(booting, place(seed)) : booting;
  const addressed = seeded && address ? withServedAddress(seeded, address) : seeded;
  const set =
    addressed && cloudInit ? withDiskFile(addressed, CLOUD_INIT_PLACE, place(cloudInit)) : addressed;
  const install = set && iso ? withDiskFile(set, iso, place(iso)) : set;
  const installing = install && finish(install, { ...loggedParts(ground), throwAwayDisks: machine.newDisks });
  return {
    name: machine.name,
    uuid: machine.uuid,
    install: installing,
    final: finish(machine.final, lastingParts(ground)),
    first: installing ?? finish(machine.final, loggedParts(ground)),
  };
}

/** The build's folder may be cleaned away while the machine stays, so nothing that stays names what lies there. */
function lastingParts({ run, libvirt, owner }: MachineGround): KilnParts {
  return {
    buildId: run.id,
    // Kiln's own daemon may run QEMU as a user who cannot reach this user's files.
    ...(libvirt.privateDaemon && !isSessionUri(libvirt.connection.uri) ? { owner } : {}),
  };
}

function loggedParts(ground: MachineGround): KilnParts {
  const { libvirt, directory } = ground;
  return {
    ...lastingParts(ground),
    ...(isRemoteUri(libvirt.connection.uri) ? {} : { serialLog: directory.serialLog }),
  };
}

async function makeStorage({ libvirt, machine, claimed }: MachineGround): Promise<void> {
  const { connection, privateDaemon } = libvirt;
  const { journal } = claimed;
  const at = { uri: connection.uri, privateDaemon };
  try {
    await createStorage({ connection, identify: identifyAt(connection.uri) }, machine.disks, {
      planned: (storage: OwnStorage) => journal.note({ kind: 'storage', storage, ...at }),
      refused: (storage: OwnStorage) => journal.note({ kind: 'refused', storage }),
    });
  } catch (cause) {
    throw new HostError(
      'host.storage',
      `libvirt could not make the storage of ${machine.name}: ${(cause as Error).message}. Choose another path or pool.`,
      { cause },
    );
  }
}
