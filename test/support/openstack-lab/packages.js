import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Start scripts and paste.ini files. Installing these would ask questions, make users and start daemons, so they are only unpacked. */
const UNPACKED = ['glance-common', 'glance-api', 'ironic-common', 'cinder-common'];

/** What is the same for every lab of this user: unpacked packages, databases as they are after the first start. */
export const sharedFolder = () =>
  join(process.env.KILN_TEST_CACHE ?? tmpdir(), `kiln-openstack-lab-${process.getuid?.() ?? 0}`);

/** Downloads and unpacks them once. @returns {Promise<string>} the folder */
export async function unpackedPackages() {
  const folder = join(sharedFolder(), 'packages');
  if (existsSync(folder)) return folder;
  mkdirSync(sharedFolder(), { recursive: true, mode: 0o700 });
  const growing = mkdtempSync(join(sharedFolder(), 'growing-'));
  try {
    await run('apt-get', ['-qq', 'download', ...UNPACKED], { cwd: growing });
    for (const name of readdirSync(growing).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(growing, name), join(growing, 'root')]);
    }
    renameSync(join(growing, 'root'), folder);
  } finally {
    rmSync(growing, { recursive: true, force: true });
  }
  return folder;
}
