import { cp, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../../foundation/make-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { runCommand } from '../../process/run-command.ts';
import type { ControlStanza } from './control-file.ts';
import { controlOf } from './package-index.ts';
import type { AptContext } from './private-apt.ts';
import { E2FSPROGS_PROGRAMS } from './recipe.ts';

/**
 * Builds an installer component from the index's control data and the files under `root`: some mirrors carry the indexes
 * but not every component. `date` becomes every file's time, so the same input gives the same bytes.
 */
export async function buildUdeb(
  stanza: ControlStanza,
  root: string,
  path: string,
  date: Date,
  context: AptContext,
): Promise<void> {
  await makeFolder(join(root, 'DEBIAN'));
  await writeFile(join(root, 'DEBIAN', 'control'), `${controlOf(stanza)}\n`);
  await runCommand('dpkg-deb', ['-Zxz', '-z1', '--root-owner-group', '--nocheck', '--build', root, path], {
    ...context,
    env: { SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) },
  });
}

/** Copies module files out of an unpacked kernel package. */
export async function stageModules(
  kernelRoot: string,
  kernelVersion: string,
  files: readonly string[],
  root: string,
): Promise<void> {
  const folder = join('usr/lib/modules', kernelVersion);
  for (const file of files) {
    const target = join(root, folder, file);
    await makeFolder(dirname(target));
    await cp(join(kernelRoot, folder, file), target);
  }
}

/** e2fsprogs-udeb: the programs and the libraries they need from the ordinary packages, unpacked into `unpacked`. */
export async function stageE2fsprogs(unpacked: string, root: string): Promise<void> {
  const copy = (from: string, to: string): Promise<void> =>
    cp(join(unpacked, from), join(root, to), { verbatimSymlinks: true, recursive: true });
  for (const folder of ['usr/sbin', 'usr/lib', 'etc']) await makeFolder(join(root, folder));
  const programs = (await readdir(join(unpacked, 'usr/sbin'))).filter((name) =>
    E2FSPROGS_PROGRAMS.includes(name),
  );
  for (const name of programs) await copy(`usr/sbin/${name}`, `usr/sbin/${name}`);
  await copy('etc/mke2fs.conf', 'etc/mke2fs.conf');
  const libraries = join('usr/lib/x86_64-linux-gnu');
  for (const name of await readdir(join(unpacked, libraries))) {
    if (/\.so\.\d/.test(name)) await copy(join(libraries, name), join('usr/lib', basename(name)));
  }
}
