import { stat, truncate } from 'node:fs/promises';
import { writeFile } from '../foundation/write-file.ts';
import { runCommand } from '../process/run-command.ts';
import type { ToolContext } from './tool-context.ts';

export type EfiImage = {
  /** The program; it gets the path UEFI firmware tries on removable media. */
  readonly bootLoader: string;
  /** Other files, by their path in the image; the folders must be EFI, EFI/BOOT or the root. */
  readonly files?: readonly { readonly path: string; readonly source: string }[];
  /** Becomes every file's time. */
  readonly date: Date;
  /** Room for the file allocation tables and folders besides the files; 100 KiB do for an image of 2 MiB. */
  readonly overheadKib?: number;
};

const OVERHEAD_KIB = 600;

/** A FAT image for the El Torito catalogue, or for the first partition of a stick. */
export async function makeEfiImage(image: EfiImage, path: string, context: ToolContext): Promise<void> {
  const { bootLoader, files = [], date, overheadKib = OVERHEAD_KIB } = image;
  const sizes = await Promise.all(
    [bootLoader, ...files.map(({ source }) => source)].map((file) => stat(file)),
  );
  const kib = sizes.reduce((sum, { size }) => sum + Math.ceil(size / 1024) + 1, overheadKib);
  // mformat wants whole cylinders: 32 sectors of 512 bytes, one head.
  const cylinders = Math.ceil(kib / 16);
  await writeFile(path, '');
  await truncate(path, cylinders * 16 * 1024);
  const run = (tool: string, args: readonly string[]): Promise<unknown> =>
    runCommand(tool, args, {
      ...context,
      env: {
        SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)),
        MTOOLS_SKIP_CHECK: '1',
        TZ: 'UTC',
      },
    });
  const geometry = ['-t', String(cylinders), '-h', '1', '-s', '32'];
  await run('mformat', ['-i', path, ...geometry, '-N', '4b494c4e', '-v', 'EFIBOOT', '::']);
  await run('mmd', ['-i', path, '::/EFI', '::/EFI/BOOT']);
  await run('mcopy', ['-i', path, bootLoader, '::/EFI/BOOT/BOOTX64.EFI']);
  for (const file of files) await run('mcopy', ['-i', path, file.source, `::/${file.path}`]);
}
