import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { runCommand } from '../dist/process/run-command.js';

/** More than this of each processor busy before the benchmark starts makes its figures worth little. */
const QUIET_LOAD = 0.25;

/**
 * @typedef {{ cpu: string, cores: number, memoryGiB: number, kernel: string, distribution: string, node: string, qemu: string,
 *   libvirt: string, loadBefore: number, quiet: boolean }} Machine
 */

/** @returns {Promise<Machine>} */
export async function machineFacts() {
  const [qemu, libvirt, os] = await Promise.all([
    firstLine('qemu-system-x86_64', ['--version']),
    firstLine('libvirtd', ['--version']),
    firstLine('sh', ['-c', '. /etc/os-release && echo "$PRETTY_NAME"']),
  ]);
  const cores = availableParallelism();
  const load = loadavg()[0] ?? 0;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    distribution: os,
    node: process.version,
    qemu: numberIn(qemu),
    libvirt: numberIn(libvirt),
    loadBefore: load,
    quiet: load < QUIET_LOAD * cores,
  };
}

/** @param {Machine} machine */
export function describeMachine(machine) {
  const { cpu, cores, memoryGiB, kernel, distribution, node, qemu, libvirt, loadBefore } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${distribution}, Linux ${kernel}`,
    `QEMU ${qemu}, libvirt ${libvirt}, Node.js ${node}; load before: ${loadBefore.toFixed(2)}`,
  ].join('\n');
}

/** @param {string} text */
const numberIn = (text) => /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'unknown';

/**
 * @param {string} file
 * @param {string[]} args
 */
async function firstLine(file, args) {
  try {
    return (await runCommand(file, args)).stdout.split('\n')[0] ?? '';
  } catch {
    return 'unknown'; // named in the report; nothing depends on it
  }
}
