import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import type { Places } from '../foundation/places.ts';
import { formatSize, gibibytes } from '../foundation/size.ts';
import { asKilnError } from '../foundation/system-error.ts';
import type { Finding } from './finding.ts';
import { freeSpace, requireSpace } from './free-space.ts';
import { probeResources } from './probe-host.ts';

/** What a build of the usual size takes: a guest of 2 GiB beside QEMU, an installed disk and its conversion. */
const USUAL_MEMORY = gibibytes(2.5);
const USUAL_SPACE = gibibytes(8);
/** Probes, sockets' neighbours and unpacked boot files. */
const TEMPORARY_SPACE = gibibytes(1);

export async function examineMemory(resources = probeResources()): Promise<readonly Finding[]> {
  const { memory, memoryAvailable, cpus } = resources;
  const what = `${formatSize(memoryAvailable)} of ${formatSize(memory)} memory available, ${cpus} processors.`;
  if (memoryAvailable >= USUAL_MEMORY) return [{ id: 'memory', status: 'ok', what }];
  const fix = `A usual build takes ${formatSize(USUAL_MEMORY)}: end something, or give the guest less with --memory.`;
  return [{ id: 'memory', status: 'warn', what, fix }];
}

export async function examinePlaces({ cache, state }: Places): Promise<readonly Finding[]> {
  return Promise.all([
    examinePlace('cache', cache, USUAL_SPACE, 'KILN_CACHE_DIR'),
    examinePlace('state', state, USUAL_SPACE, 'KILN_STATE_DIR'),
    examinePlace('temporary', tmpdir(), TEMPORARY_SPACE, 'TMPDIR'),
  ]);
}

async function examinePlace(
  name: string,
  folder: string,
  needed: number,
  variable: string,
): Promise<Finding> {
  const id = `space.${name}`;
  try {
    await requireSpace(folder, needed, 'usual builds');
    const free = formatSize(await freeSpace(folder));
    return { id, status: 'ok', what: `${free} free for the ${name} folder ${folder}.` };
  } catch (thrown) {
    const error = asKilnError(thrown);
    if (!(error instanceof HostError)) throw thrown;
    const status = error.code === 'host.no-space' ? 'warn' : 'fail';
    return { id, status, what: error.message, fix: `Set ${variable} to a folder with room.` };
  }
}

/** Media named `apt-mirror:` and `debian-offline:` come from where this machine's apt gets its packages. */
export async function examineAptSources(folder = '/etc/apt'): Promise<readonly Finding[]> {
  const id = 'apt-sources';
  const texts = await Promise.all((await sourceFiles(folder)).map((path) => readFile(path, 'utf8')));
  if (texts.some((text) => /^\s*(?:deb\s|URIs:)[^\n]*\bhttps?:\/\/\S+\/debian\/?(?:\s|$)/m.test(text))) {
    return [{ id, status: 'ok', what: "This machine's apt knows a Debian mirror to install guests from." }];
  }
  const what = 'No Debian mirror in apt sources: apt-mirror: and debian-offline: media cannot be used here.';
  return [{ id, status: 'warn', what, fix: 'Name install media by file or URL instead.' }];
}

async function sourceFiles(folder: string): Promise<readonly string[]> {
  const parts = join(folder, 'sources.list.d');
  const [main, more] = await Promise.all([folder, parts].map((path) => readdir(path).catch(() => [])));
  const named = (more ?? []).filter((name) => /\.(?:list|sources)$/.test(name));
  const first = (main ?? []).includes('sources.list') ? [join(folder, 'sources.list')] : [];
  return [...first, ...named.map((name) => join(parts, name))];
}
