import { performance } from 'node:perf_hooks';

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} seconds
 */
export async function secondsOf(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * The middle of the ratios of runs that stood side by side: what the machine does meanwhile weighs on both.
 * @param {readonly number[]} values
 * @param {readonly number[]} references as many
 */
export function medianRatio(values, references) {
  return median(values.map((value, index) => value / (references[index] ?? Number.NaN)));
}

/**
 * How much the slowest run took more than the quickest; on a quiet machine a few percent.
 * @param {readonly number[]} values
 */
export function spread(values) {
  return Math.max(...values) / Math.min(...values) - 1;
}

/**
 * Runs every way once a round. The order turns from round to round, so that no way is always first.
 * @template W
 * @param {readonly W[]} ways
 * @param {number} rounds
 * @param {(way: W, round: number) => Promise<number>} run seconds
 * @returns {Promise<Map<W, number[]>>}
 */
export async function interleaved(ways, rounds, run) {
  /** @type {Map<W, number[]>} */
  const times = new Map(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(round + turn) % ways.length];
      if (way !== undefined) times.get(way)?.push(await run(way, round));
    }
  }
  return times;
}
