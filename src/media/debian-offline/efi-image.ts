import { stat, truncate, writeFile } from 'node:fs/promises';
import { runCommand } from '../../process/run-command.ts';
import type { AptContext } from './apt-view.ts';

/** Room for the file allocation tables and folders besides the boot loader. */
const OVERHEAD_KIB = 600;

/**
 * A FAT image with the boot loader at the path UEFI firmware tries on removable media, for the El Torito catalogue.
 * `date` is written as every file's time.
 */
export async function makeEfiImage(
  bootLoader: string,
  path: string,
  date: Date,
  context: AptContext,
): Promise<void> {
  const kib = Math.ceil((await stat(bootLoader)).size / 1024) + OVERHEAD_KIB;
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
}
