import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../src/process/run-command.ts';

export type IsoOptions = {
  readonly label?: string;
  readonly links?: Readonly<Record<string, string>>;
  /** Entries of the boot catalogue: made of these files, which must be among the files. */
  readonly biosImage?: string;
  readonly efiImage?: string;
  readonly rockRidge?: boolean;
};

/** Writes an ISO with xorriso, the tool that installer media are made with. */
export async function makeIso(
  path: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: IsoOptions = {},
): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'kiln-iso-tree-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(tree, name)), { recursive: true });
      await writeFile(join(tree, name), content);
    }
    for (const [name, target] of Object.entries(options.links ?? {})) await symlink(target, join(tree, name));
    const bios = options.biosImage ? ['-b', options.biosImage, '-c', 'boot.cat', '-no-emul-boot'] : [];
    const uefi = options.efiImage
      ? [
          ...(bios.length > 0 ? ['-eltorito-alt-boot'] : ['-c', 'boot.cat']),
          '-e',
          options.efiImage,
          '-no-emul-boot',
        ]
      : [];
    const names = options.rockRidge === false ? ['--norock'] : ['-r'];
    const args = ['-quiet', ...names, '-V', options.label ?? 'TEST', ...bios, ...uefi, '-o', path, tree];
    await runCommand('xorriso', ['-as', 'mkisofs', ...args]);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
