import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../dist/process/run-command.js';

/** As much as a small Debian server has, and as big a disk as its template asks for. */
const CONTENT_BYTES = 570 * 2 ** 20;
const DISK_BYTES = 4 * 2 ** 30;
const PARTITION_START = 2 ** 20;
const LARGEST_FILE = 40 * 2 ** 20;
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/share', '/boot'];

/**
 * A disk with an MBR and one ext4 partition that holds this host's own programs, libraries and documents: packs about as well as an
 * installed Debian.
 * @param {string} path
 * @param {string} folder for the files meanwhile
 * @param {AbortSignal} signal
 */
export async function makeStandInDisk(path, folder, signal) {
  const content = join(folder, 'stand-in');
  try {
    for (const file of await chooseFiles()) {
      signal.throwIfAborted();
      await mkdir(dirname(content + file), { recursive: true });
      await copyFile(file, content + file);
    }
    await mkdir(`${content}/etc`, { recursive: true });
    await copyFile('/etc/os-release', `${content}/etc/os-release`);
    await writeFile(path, '');
    await truncate(path, DISK_BYTES);
    const blocks = String((DISK_BYTES - PARTITION_START) / 4096);
    const where = ['-E', `offset=${PARTITION_START},lazy_itable_init=0`];
    await runCommand('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-d', content, ...where, path, blocks], {
      signal,
    });
    await writeMbr(path);
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}

/** Files in an order that has nothing to do with their kind, until they are enough. */
async function chooseFiles() {
  const found = (await Promise.all(FOLDERS.map(filesUnder))).flat();
  const mixed = found.map((path) => ({ path, order: createHash('sha1').update(path).digest('hex') }));
  mixed.sort((a, b) => (a.order < b.order ? -1 : 1));
  const chosen = [];
  let sum = 0;
  for (const { path } of mixed) {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) continue;
    if (sum + size > CONTENT_BYTES) break;
    sum += size;
    chosen.push(path);
  }
  return chosen;
}

/** @param {string} folder */
async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** One active Linux partition to the end of the disk; the rest of the sector is zero. @param {string} path */
async function writeMbr(path) {
  const entry = Buffer.alloc(16);
  entry[0] = 0x80;
  entry[4] = 0x83;
  entry.writeUInt32LE(PARTITION_START / 512, 8);
  entry.writeUInt32LE((DISK_BYTES - PARTITION_START) / 512, 12);
  const file = await open(path, 'r+');
  try {
    await file.write(entry, 0, entry.length, 446);
    await file.write(Buffer.from([0x55, 0xaa]), 0, 2, 510);
  } finally {
    await file.close();
  }
}
