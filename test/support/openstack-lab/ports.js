import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const OFFSETS = {
  keystone: 0,
  glance: 1,
  ironic: 2,
  'ironic-images': 3,
  cinder: 4,
  'ironic-standalone': 5,
  'ironic-standalone-images': 6,
};
/** Few and always the same, since databases hold the addresses and are kept for the next lab. */
const BASES = [25000, 25100, 25200, 25300, 25400, 25500, 25600, 25700];

/** Held by whoever took the row, before its services listen: two labs that start at once must not find the same row free. */
const GUARD_OFFSET = 9;

/**
 * A port for each service: those this folder had before, else the first row of which nobody uses one. The row stays taken until
 * `release`, or the end of this process.
 * @param {string} folder @param {number | undefined} wanted
 * @returns {Promise<{ ports: Record<string, number>, release: () => void }>}
 */
export async function choosePorts(folder, wanted) {
  const file = join(folder, 'state/ports.json');
  if (existsSync(file)) return { ports: JSON.parse(readFileSync(file, 'utf8')), release: () => {} };
  for (const base of wanted === undefined ? BASES : [wanted]) {
    const guard = await listenOn(base + GUARD_OFFSET);
    if (guard === undefined) continue;
    const ports = Object.fromEntries(Object.entries(OFFSETS).map(([name, offset]) => [name, base + offset]));
    const free = await Promise.all(Object.values(ports).map(isFree));
    if (!free.includes(false)) {
      writeFileSync(file, JSON.stringify(ports));
      return { ports, release: () => guard.close() };
    }
    guard.close();
  }
  throw new Error(`no row of free ports from ${wanted ?? BASES[0]} on; another lab may be running`);
}

/** @param {number} port */
async function isFree(port) {
  const server = await listenOn(port);
  if (server) await new Promise((resolve) => server.close(resolve));
  return server !== undefined;
}

/** @param {number} port @returns {Promise<import('node:net').Server | undefined>} */
function listenOn(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
