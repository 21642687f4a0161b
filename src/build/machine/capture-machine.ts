import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDuration } from '../../foundation/duration.ts';
import { DiskError } from '../../foundation/errors.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { requireSpace } from '../../host/free-space.ts';
import type { HostFacts } from '../../host/host-facts.ts';
import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import { DISK_FORMATS, type DiskFormat } from '../../qemu-img/disk-format.ts';
import { qemuImg } from '../../qemu-img/qemu-img.ts';
import { type BootCheckReport, bootAndWait } from '../boot-check.ts';
import type { BuildResult } from '../build-events.ts';
import type { DiskOrigin } from '../build-manifest.ts';
import { buildRedactor } from '../build-secrets.ts';
import { deliver } from '../deliver.ts';
import { diskFinish } from '../finish-disk.ts';
import { requireOwnFolder } from '../owned-paths.ts';
import { bootCheckXml, type DomainDisk, disksOf } from './machine-xml.ts';
import type { MachineGround, ReadyMachine } from './prepare-machine.ts';

export type CaptureOptions = {
  readonly ground: MachineGround;
  readonly ready: ReadyMachine;
  readonly disk: DomainDisk;
  readonly origin: DiskOrigin;
  readonly media: ResolvedMedia | undefined;
  readonly host: HostFacts;
};

/**
 * Makes images of the machine's disk, which nobody writes to meanwhile: verified, booted on an overlay, converted, with a manifest.
 * The disk itself stays as it is.
 */
export async function captureMachine(options: CaptureOptions): Promise<BuildResult> {
  const { ground, disk, origin } = options;
  const { run, plan, directory, libvirt, script, markerToken, claimed } = ground;
  const libvirtVersion = await libvirt.connection.libvirtVersion();
  const finish = diskFinish({
    disk: await rawDisk(ground, disk),
    origin: origin.kind === 'imported' ? 'import' : 'install',
    expectMarker: script === undefined ? undefined : markerToken,
    plan,
    outputs: directory.outputs,
    reporter: run.reporter,
    signal: run.signal,
  });
  try {
    finish.begin();
    const verification = await finish.verified();
    const boot = await bootCheck(options);
    const images = await finish.converted();
    return await run.reporter.run('finish', () =>
      deliver({
        ...options,
        run,
        plan,
        directory,
        journal: claimed.journal,
        libvirtVersion,
        script: script?.rendered,
        verification,
        boot,
        images,
      }),
    );
  } finally {
    await finish.discard();
  }
}

export function formatOf(disk: DomainDisk): DiskFormat {
  const { format = 'raw' } = disk;
  const known = DISK_FORMATS.find((one) => one === format);
  if (known !== undefined) return known;
  throw new DiskError(
    'disk.unknown-format',
    `The disk ${disk.target} has the format ${format}, which Kiln cannot read; use format=qcow2 or raw, or add --no-capture.`,
  );
}

/** A raw disk is looked at where it is; of another format, or with a backing file, a sparse raw copy is made. */
async function rawDisk(ground: MachineGround, disk: DomainDisk): Promise<string> {
  const { run, directory, libvirt } = ground;
  const format = formatOf(disk);
  const { path = '' } = disk;
  if (isRemoteUri(libvirt.connection.uri)) return fetchedDisk(ground, path, format);
  if (format === 'raw' && disk.type === 'file') return path;
  const tool = qemuImg();
  const extents = await tool.map({ path, format }, { signal: run.signal });
  const content = extents.reduce((sum, { data, length }) => (data ? sum + length : sum), 0);
  await requireSpace(directory.work, content, 'a raw copy of the disk');
  await writeFile(directory.disk, '', { mode: 0o600 });
  await tool.convert(
    { source: { path, format }, target: { path: directory.disk, format: 'raw' }, outOfOrder: true },
    { signal: run.signal },
  );
  return directory.disk;
}

/** A disk on a host elsewhere, fetched over the connection. */
async function fetchedDisk(
  { run, directory, libvirt }: MachineGround,
  path: string,
  format: DiskFormat,
): Promise<string> {
  const { storage } = libvirt.connection;
  const volume = await storage.lookupVolumeByPath(path);
  if (volume === undefined) {
    throw new DiskError(
      'disk.none',
      `${path} is in no storage pool of ${libvirt.connection.uri}, so it cannot be fetched; make its folder a pool (virsh pool-create-as), or add --no-capture.`,
    );
  }
  const { allocation } = await storage.volumeInfo(volume);
  await requireSpace(directory.work, allocation, 'a copy of the disk');
  if (format === 'raw') {
    await storage.downloadVolume(volume, directory.disk);
    return directory.disk;
  }
  const fetched = `${directory.disk}.${format}`;
  await storage.downloadVolume(volume, fetched);
  await writeFile(directory.disk, '', { mode: 0o600 });
  const source = { path: fetched, format };
  await qemuImg().convert(
    { source, target: { path: directory.disk, format: 'raw' }, outOfOrder: true },
    { signal: run.signal },
  );
  await rm(fetched);
  return directory.disk;
}

async function bootCheck({ ground, ready, origin }: CaptureOptions): Promise<BootCheckReport | undefined> {
  const { run, plan, directory, libvirt, owner, claimed } = ground;
  const { reporter, clock, signal } = run;
  const why = await reasonToSkip(ground, origin);
  if (why !== undefined) {
    reporter.skip('boot-check', why);
    return undefined;
  }
  const redact = await buildRedactor(run.context.places.state, run.id);
  return reporter.run('boot-check', async (stage) => {
    requireOwnFolder(directory);
    const overlays = await makeOverlays(ground, ready);
    await writeFile(directory.bootCheckLog, '', { mode: 0o644 });
    const { connection, privateDaemon } = libvirt;
    const name = `kiln-${plan.name}-${run.id}-boot-check`;
    const { uuid, xml } = bootCheckXml(ready.final, {
      buildId: run.id,
      name,
      serialLog: directory.bootCheckLog,
      overlays,
      nvram: directory.bootCheckNvram,
      ...(isSessionUri(connection.uri) ? {} : { owner }),
    });
    await writeFile(directory.bootCheckXml, xml);
    const report = await bootAndWait({
      connection,
      domain: { uuid, name, xml, serialLog: directory.bootCheckLog },
      directory,
      bootCheck: plan.bootCheck,
      noteDomain: (domain) =>
        claimed.journal.note({ kind: 'domain', ...domain, uri: connection.uri, privateDaemon }),
      redact,
      clock,
      signal,
    });
    stage.note(`"${redact(report.line).trim()}" after ${formatDuration(report.seconds)}`);
    return report;
  });
}

/** A Linux whose installer spoke on the serial port does so itself, as a rule; of others nobody could tell whether it booted. */
const SPOKE = /Linux version|\[\s*\d+\.\d{6}\]|login:/;

async function reasonToSkip(
  { plan, script, directory, request, libvirt }: MachineGround,
  origin: DiskOrigin,
): Promise<string | undefined> {
  if (!plan.bootCheck.enabled) return 'as asked';
  if (isRemoteUri(libvirt.connection.uri)) return 'the disk lies on another host';
  if (script !== undefined || origin.kind === 'imported') return undefined;
  if (request.life.pure) return 'with --pure nothing is heard of the serial port';
  const said = await readFile(directory.serialLog, 'latin1');
  return SPOKE.test(said) ? undefined : 'the guest said nothing on its serial port during the install';
}

async function makeOverlays(
  { directory, run }: MachineGround,
  { final }: ReadyMachine,
): Promise<Map<string, string>> {
  const overlays = new Map<string, string>();
  for (const disk of disksOf(final)) {
    if (disk.device !== 'disk' || disk.path === undefined) continue;
    const overlay = join(directory.work, `boot-check-${disk.target}.qcow2`);
    const backing = { path: disk.path, format: formatOf(disk) };
    await qemuImg().create({ path: overlay, format: 'qcow2', backing }, { signal: run.signal });
    overlays.set(disk.path, overlay);
  }
  return overlays;
}
