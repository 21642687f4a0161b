import { resolve } from 'node:path';
import { CancelledError, DiskError } from '../foundation/errors.ts';
import { bytes } from '../foundation/size.ts';
import { checkBootLoader } from './check-boot-loader.ts';
import { checkFileSystems } from './check-file-systems.ts';
import { checkMarker, checkOperatingSystem } from './check-operating-system.ts';
import { type DiskReader, withFileReader } from './disk-reader.ts';
import {
  CHECK_NAMES,
  type CheckName,
  type DiskCheck,
  type DiskReport,
  type Firmware,
  fail,
  pass,
} from './disk-report.ts';
import type { PartitionTable } from './partition.ts';
import { readPartitionTable } from './partition-table.ts';
import { openVolumes } from './volume.ts';

export type VerifyOptions = {
  readonly firmware: Firmware;
  /** The token the install script was to leave in /var/lib/kiln/installed; without it that check is left out. */
  readonly expectMarker?: string;
  readonly signal?: AbortSignal;
  /** The longest e2fsck may take for one file system, in milliseconds; 0 leaves it out. */
  readonly fsckTimeoutMs?: number;
};

const FSCK_TIMEOUT_MS = 30_000;

const FAILURE_CODES: Readonly<Record<CheckName, string>> = {
  'partition-table': 'disk.empty',
  os: 'disk.no-os',
  'boot-loader': 'disk.not-bootable',
  'file-systems': 'disk.dirty',
  marker: 'disk.no-marker',
};

/** Whose machine is made anyway (docs/virt-install.md). */
const UNSEEN = "`--no-capture` makes a machine in virt-install's words without looking at its disk.";

const WHAT_NOW = {
  install:
    'So the installer did not do its work to the end; look at the console log of the install, or keep the disk with --keep.',
  import: `Import an image whose machine was shut down in good order, or mend this one with the system it came from. ${UNSEEN}`,
} as const;

/** A file of any kind passes for a raw image until its partition table is looked for. */
const NO_DISK = `Import the image of a whole disk (qcow2, raw, vmdk, vhd, vhdx or vdi); a single partition or another kind of file is none. ${UNSEEN}`;

/**
 * Looks at a finished raw disk the way a careful stranger would: reads only, needs neither root nor a mount, and takes
 * nothing in it for true. Fit for a disk that nobody writes to any more.
 * @throws DiskError `disk.not-found`, `disk.unreadable`; CancelledError
 */
export async function verifyDisk(rawPath: string, options: VerifyOptions): Promise<DiskReport> {
  return withFileReader(rawPath, (file) =>
    examine(cancellable(file, options.signal), resolve(rawPath), options),
  );
}

/**
 * Throws for the first check that failed; `unknown` passes, and stays visible in the report.
 * @throws DiskError `disk.empty`, `disk.no-os`, `disk.not-bootable`, `disk.dirty`, `disk.no-marker`
 */
export function assertVerified(report: DiskReport, origin: keyof typeof WHAT_NOW = 'install'): void {
  const failed = CHECK_NAMES.map((name) => report.checks.find((check) => check.name === name)).find(
    (check) => check?.result === 'fail',
  );
  if (!failed) return;
  const isNoDisk = origin === 'import' && failed.name === 'partition-table';
  throw new DiskError(
    FAILURE_CODES[failed.name],
    `The ${origin}ed disk is not fit for use: ${failed.sentence} ${isNoDisk ? NO_DISK : WHAT_NOW[origin]}`,
    {
      details: { report },
    },
  );
}

async function examine(disk: DiskReader, path: string, options: VerifyOptions): Promise<DiskReport> {
  const { firmware, expectMarker, signal } = options;
  const table = await readPartitionTable(disk);
  const volumes = await openVolumes(disk, table);
  const fsckTimeoutMs = options.fsckTimeoutMs ?? FSCK_TIMEOUT_MS;
  const [fileSystems, system, bootLoader, marker] = await Promise.all([
    checkFileSystems(volumes, { path, signal, fsckTimeoutMs }),
    checkOperatingSystem(volumes),
    checkBootLoader(firmware, disk, table, volumes),
    expectMarker === undefined ? undefined : checkMarker(volumes, expectMarker),
  ]);
  return {
    virtualSize: bytes(disk.size),
    firmware,
    partitionTable: table.kind,
    volumes: volumes.map(({ name, kind, reader }) => ({ name, fileSystem: kind, size: bytes(reader.size) })),
    ...(system.os ? { os: system.os } : {}),
    checks: [checkTable(table), system.check, bootLoader, fileSystems, ...(marker ? [marker] : [])],
  };
}

function checkTable(table: PartitionTable): DiskCheck {
  const { kind, partitions, problems } = table;
  if (kind === 'none' && problems.length === 0) return fail('partition-table', 'It has no partition table.');
  if (problems.length > 0)
    return fail('partition-table', `Its partition table is damaged: ${problems.join('; ')}.`);
  if (partitions.length === 0) return fail('partition-table', 'Its partition table is empty.');
  const count = partitions.length === 1 ? 'one partition' : `${partitions.length} partitions`;
  return pass('partition-table', `It has ${count} (${kind.toUpperCase()}).`);
}

function cancellable({ size, read }: DiskReader, signal: AbortSignal | undefined): DiskReader {
  return {
    size,
    read: (offset, length) => {
      if (signal?.aborted) return Promise.reject(new CancelledError('The look at the disk was cancelled.'));
      return read(offset, length);
    },
  };
}
