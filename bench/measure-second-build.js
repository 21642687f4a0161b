import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runKiln } from './kiln-process.js';
import { inSeconds } from './report.js';
import { kilnBuild } from './ways/kiln.js';

/**
 * That a second build of the same template fetches and makes nothing: it works with `--offline`, and no file of the cache is new or
 * another one than before.
 * @param {import('./scene.js').Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measureSecondBuild({ folder, iso, env, signal }, { say }) {
  say('second: two builds with a cache that is empty at first');
  const cache = join(folder, 'second-cache');
  const options = { env: { ...env, KILN_CACHE_DIR: cache }, signal };
  const first = await runKiln(kilnBuild(iso, join(folder, 'first')), options);
  const before = await filesUnder(cache);
  const second = await runKiln([...kilnBuild(iso, join(folder, 'second')), '--offline'], options);
  const after = await filesUnder(cache);
  const made = [...after].filter(([path, identity]) => before.get(path) !== identity).map(([path]) => path);
  return [
    {
      what: 'files of media that a second build fetches or makes',
      figure: String(made.length),
      reference: `${before.size} by the first`,
      goal: '0',
      met: made.length === 0 && before.size > 0,
      note: [mediaSeconds(first, second), ...made].join('; '),
    },
  ];
}

/** @param {readonly import('./kiln-process.js').KilnRun[]} runs */
function mediaSeconds(...runs) {
  const [first, second] = runs.map(({ result }) => inSeconds(result.stageSeconds.media ?? 0));
  return `finding the media took ${first}, then ${second}, with the start of libvirt in both`;
}

/**
 * Size and time of every file, by path.
 * @param {string} folder
 * @returns {Promise<Map<string, string>>}
 */
async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const described = files.map(async (path) => {
    const { size, mtimeMs } = await stat(path);
    return /** @type {const} */ ([path.slice(folder.length + 1), `${size} ${mtimeMs}`]);
  });
  return new Map(await Promise.all(described));
}
