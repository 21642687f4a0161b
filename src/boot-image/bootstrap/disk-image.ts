import { open, stat, truncate } from 'node:fs/promises';
import { writeFile } from '../../foundation/write-file.ts';
import { CommandError, runCommand } from '../../process/run-command.ts';
import type { ToolContext } from '../tool-context.ts';
import { diskBootRecord, missing } from './boot-loaders.ts';

const SECTOR = 512;
const MIB = 2 ** 20;
/** The partition begins where every tool expects it. */
const START = MIB;
/** FAT32 has at least 65525 clusters, of one sector here (Microsoft's FAT specification, "FAT Type Determination"). */
const SMALLEST_PARTITION = 36 * MIB;
const SLACK = 4 * MIB;

export type DiskFile = { readonly from: string; readonly to: string };

/**
 * A raw disk with one FAT32 partition: marked active, with SYSLINUX in it for BIOS, and as an EFI system partition, with the loader
 * under the name firmware tries by itself. Made without root: mtools and SYSLINUX write into the image.
 * @param files names below the partition's root; their folders are made
 */
export async function makeBootDisk(
  path: string,
  files: readonly DiskFile[],
  options: ToolContext,
): Promise<void> {
  const sizes = await Promise.all(files.map(async ({ from }) => (await stat(from)).size));
  const content = sizes.reduce((sum, size) => sum + size, 0);
  // The file allocation tables take less than 2 % of it.
  const wanted = Math.max(SMALLEST_PARTITION, Math.ceil((content * 1.02 + SLACK) / MIB) * MIB);
  await writeFile(path, '');
  await truncate(path, START + wanted);
  await writePartitionTable(path, wanted / SECTOR);
  const image = `${path}@@${START}`;
  const mtools = (tool: string, ...args: string[]): Promise<unknown> =>
    run(tool, ['-i', image, ...args], 'mtools', options);
  await mtools(
    'mformat',
    '-F',
    '-T',
    String(wanted / SECTOR),
    '-h',
    '255',
    '-s',
    '63',
    '-H',
    String(START / SECTOR),
    '-c',
    '1',
    '-v',
    'KILN',
    '::',
  );
  for (const folder of foldersOf(files)) await mtools('mmd', `::/${folder}`);
  for (const { from, to } of files) await mtools('mcopy', from, `::/${to}`);
  await run('syslinux', ['--install', '--offset', String(START), path], 'syslinux', options);
}

async function run(
  tool: string,
  args: readonly string[],
  packages: string,
  options: ToolContext,
): Promise<void> {
  try {
    await runCommand(tool, args, { ...options, env: { MTOOLS_SKIP_CHECK: '1', TZ: 'UTC' } });
  } catch (error) {
    if (error instanceof CommandError && error.notFound) throw missing(tool, packages);
    throw error;
  }
}

/** Parents first. */
function foldersOf(files: readonly DiskFile[]): readonly string[] {
  const folders = files.flatMap(({ to }) => {
    const parts = to.split('/').slice(0, -1);
    return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(folders)].sort();
}

/** SYSLINUX's master boot record starts the active partition; type 0xef is the EFI system partition (UEFI specification, 5.2.2). */
async function writePartitionTable(path: string, sectors: number): Promise<void> {
  const record = Buffer.alloc(SECTOR);
  (await diskBootRecord()).copy(record, 0, 0, 440);
  record.set([0x80, 0xfe, 0xff, 0xff, 0xef, 0xfe, 0xff, 0xff], 446);
  record.writeUInt32LE(START / SECTOR, 454);
  record.writeUInt32LE(sectors, 458);
  record.set([0x55, 0xaa], 510);
  const disk = await open(path, 'r+');
  try {
    await disk.write(record, 0, SECTOR, 0);
  } finally {
    await disk.close();
  }
}
