/**
 * Watches simulated installs in one process and prints what that cost, and what `tail -F` of the same logs did meanwhile, as JSON.
 * Run by test/contract/watch/hundred-builds.test.ts and bench/measure-hundred.js:
 *
 *   node hundred-builds.js COMPILED_SOURCES FOLDER BUILDS SECONDS
 *
 * Each install's serial log gets ten lines a second, with the phases of a real one and now and then a drawn screen.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [sources, folder, builds, seconds] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(sources, path)).href);
const { watchInstall } = await load('watch/watch-install.js');
const { systemClock } = await load('foundation/clock.js');

const connection = {
  uri: 'test:///simulated',
  getState: async () => ({ state: 'running', reason: 'unknown' }),
  diskCounters: async () => ({ readRequests: 1, readBytes: 1, writeRequests: Date.now(), writeBytes: 1 }),
  networkCounters: async () => ({ receivedBytes: 0, transmittedBytes: 0 }),
};
const stop = new AbortController();
const logger = { debug: () => {}, info: () => {}, warn: () => {} };
let phases = 0;
const logs = Array.from({ length: Number(builds) }, (_, index) => join(folder, `serial-${index}.log`));
for (const log of logs) appendFileSync(log, '');
const watching = logs.map((serialLog) =>
  watchInstall({
    connection,
    uuid: serialLog,
    events: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }), close: () => {} },
    serialLog,
    markerToken: 'none',
    diskTarget: 'vda',
    limits: { totalSeconds: 3600, stallSeconds: 600, settleSeconds: 10 },
    clock: systemClock,
    signal: stop.signal,
    onProgress: () => {
      phases += 1;
    },
    logger,
  }).catch((error) => {
    if (!stop.signal.aborted) throw error;
  }),
);

/** User and system time of a process so far; its clock ticks a hundred times a second (proc(5), sysconf(_SC_CLK_TCK)). */
const processorSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const tail = spawn('tail', ['-q', '-n', '0', '-F', ...logs], { stdio: 'ignore' });
// Who writes the logs is another process with its own cost, as QEMU and virtlogd are.
const writer = spawn(
  process.execPath,
  [
    '-e',
    `const { appendFileSync } = require('node:fs');
     const logs = ${JSON.stringify(logs)};
     let n = 0;
     setInterval(() => {
       n += 1;
       const text = n % 50 === 0
         ? '\\x1b[2J\\x1b[3;10H\\x1b(0lqqu\\x1b(B Progress \\x1b(0tqqk\\x1b(B\\x1b[4;10H' + n + '%\\r\\n'
         : n % 10 === 0 ? 'Installing the base system  ... ' + (n % 100) + '%\\r\\n'
         : 'Setting up package-' + n + ' (1.2.3-4) with some words that make a line of usual length ...\\r\\n';
       for (const log of logs) appendFileSync(log, text);
     }, 100);`,
  ],
  { stdio: 'ignore' },
);
await new Promise((resolve) => setTimeout(resolve, 2000));
const [before, tailBefore, from] = [process.cpuUsage(), processorSeconds(tail.pid), performance.now()];
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
const used = process.cpuUsage(before);
const tailUsed = processorSeconds(tail.pid) - tailBefore;
const elapsed = performance.now() - from;
writer.kill();
tail.kill();
process.stdout.write(
  `${JSON.stringify({
    cores: (used.user + used.system) / 1000 / elapsed,
    tailCores: (tailUsed * 1000) / elapsed,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    phases,
  })}\n`,
);
stop.abort(new Error('measured'));
await Promise.all(watching);
