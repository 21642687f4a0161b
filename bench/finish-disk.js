import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from '../dist/process/run-command.js';
import { PROJECT } from './scene.js';
import { makeStandInDisk } from './stand-in-disk.js';

/** @typedef {{ path: string, what: string, allocatedBytes: number }} FinishDisk */

/**
 * An installed disk as the guest leaves it: raw, sparse, in the page cache. The one asked for, else the newest Debian image in
 * `builds/`, else one made of this host's files.
 * @param {string} folder
 * @param {string | undefined} asked
 * @param {AbortSignal} signal
 * @returns {Promise<FinishDisk>}
 */
export async function finishDisk(folder, asked, signal) {
  const path = join(folder, 'installed.raw');
  const image = asked === undefined ? await newestDebianImage() : resolve(asked);
  if (image === undefined) await makeStandInDisk(path, folder, signal);
  else await runCommand('qemu-img', ['convert', '-O', 'raw', image, path], { signal });
  await readFileOnce(path, signal);
  const { blocks } = await stat(path);
  const what =
    image === undefined ? "a stand-in disk made of this host's /usr" : (image.split('/').at(-1) ?? image);
  return { path, what, allocatedBytes: blocks * 512 };
}

async function newestDebianImage() {
  const builds = join(PROJECT, 'builds');
  const names = await readdir(builds, { recursive: true }).catch(() => []);
  const images = names
    .filter((name) => /(^|\/)debian[^/]*\/debian[^/]*\.qcow2$/.test(name))
    .map((name) => join(builds, name));
  const dated = await Promise.all(images.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  return dated.sort((a, b) => b.at - a.at)[0]?.path;
}

/**
 * @param {string} path
 * @param {AbortSignal} signal
 */
async function readFileOnce(path, signal) {
  await runCommand('dd', [`if=${path}`, 'of=/dev/null', 'bs=1M', 'status=none'], { signal });
}
