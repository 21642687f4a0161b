import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildLoader } from '../dist/build/ipxe-boot.js';
import { ipxeTools } from '../dist/build/ipxe-tools.js';
import { silentLogger } from '../dist/foundation/logger.js';
import { probeHost } from '../dist/host/probe-host.js';
import { fileContent, firstOf, memoryContent } from '../dist/http-server/served-content.js';
import { startHttpServer } from '../dist/http-server/start-http-server.js';
import { installScript } from '../dist/ipxe/install-script.js';
import { loaderScript } from '../dist/ipxe/loader-script.js';
import { ipxeHost, runIpxe } from '../dist/ipxe/run-ipxe.js';
import { writeIpxeIso } from '../dist/ipxe/write-ipxe-iso.js';
import { runCommand } from '../dist/process/run-command.js';
import { interleaved, median, secondsOf } from './measure.js';
import { asRatio, inMiB, inSeconds } from './report.js';
import { qemuCpu } from './ways/way.js';

const RATIO_GOAL = 1.5;
const SIZE_GOAL = 3 * 2 ** 20;
const LIMIT_MS = 180_000;
const FIRST_LINE = /Linux version \d/;
/** What iPXE says before it fetches the kernel, and behind the initrd. */
const FETCHING = /^KILN-IPXE loading the installer/;
const FETCHED = /^KILN-IPXE starting the installer/;
const ARGUMENTS = ['console=ttyS0,115200n8'];

/** @typedef {import('./scene.js').Scene} Scene */

/**
 * From the start of the machine to the first line of the installer's kernel: through the iPXE ISO and its web server, against QEMU loading
 * the same kernel and initrd itself. The time in which iPXE fetched them, by what it says itself, is added to the latter.
 * @param {Scene} scene
 * @param {{ rounds: number, say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measureIpxe(scene, { rounds, say }) {
  say(`ipxe: ${rounds} rounds of two ways to the kernel's first line`);
  const booted = await withIpxe(scene, async (boot, transfer, iso) => {
    const ways = /** @type {const} */ (['ipxe', 'direct']);
    /** @type {number[]} */
    const transfers = [];
    const times = await interleaved(ways, rounds, async (way) => {
      const seconds = await secondsOf(way === 'ipxe' ? boot : () => bootDirectly(scene));
      if (way === 'ipxe') transfers.push(transfer());
      return seconds;
    });
    return { times, transfers, size: (await stat(iso)).size };
  });
  const { times, transfers, size } = booted;
  const [ipxe, direct] = [times.get('ipxe') ?? [], times.get('direct') ?? []];
  const ratio = median(
    ipxe.map((value, at) => value / ((direct[at] ?? Number.NaN) + (transfers[at] ?? Number.NaN))),
  );
  return [
    {
      what: "to the installer kernel's first line through the iPXE ISO, against direct kernel boot and the transfer",
      figure: inSeconds(median(ipxe)),
      reference: `${inSeconds(median(direct))} + ${inSeconds(median(transfers))}`,
      ratio: asRatio(ratio),
      goal: `≤ ${RATIO_GOAL} ×`,
      met: ratio <= RATIO_GOAL,
    },
    { what: 'size of that ISO', figure: inMiB(size), goal: '≤ 3 MiB', met: size <= SIZE_GOAL },
  ];
}

/**
 * @template T
 * @param {Scene} scene
 * @param {(boot: () => Promise<void>, transferSeconds: () => number, iso: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withIpxe({ folder, kernel, plainInitrd, plan, signal }, work) {
  const cacheDir = join(folder, 'cache');
  const host = ipxeHost(await probeHost({ cacheDir, signal, logger: silentLogger }));
  const tools = await ipxeTools({ firmware: ['bios'], host, cacheDir, signal });
  const can = tools.capabilities.bios;
  if (can === undefined) throw new Error('iPXE was not asked what it can');
  const script = installScript({
    title: 'bench',
    kernel: 'linux',
    initrd: 'initrd',
    kernelArguments: ARGUMENTS,
  });
  const server = await startHttpServer({
    content: firstOf(
      memoryContent(new Map([['boot.ipxe', script]])),
      fileContent('linux', kernel),
      fileContent('initrd', plainInitrd),
    ),
  });
  try {
    const iso = join(folder, 'bench-ipxe.iso');
    const { text } = loaderScript(buildLoader('bench', `${server.guestUrl}boot.ipxe`), can);
    await writeIpxeIso({ ...tools, firmware: ['bios'], scripts: { bios: text } }, iso);
    let transfer = Number.NaN;
    const boot = async () => {
      let began = Number.NaN;
      const until = (/** @type {string} */ line) => {
        if (FETCHING.test(line)) began = performance.now();
        if (FETCHED.test(line)) transfer = (performance.now() - began) / 1000;
        return FIRST_LINE.test(line);
      };
      const memoryMiB = plan.memoryMiB;
      const run = await runIpxe({
        host,
        iso,
        firmware: 'bios',
        memoryMiB,
        deadlineMs: LIMIT_MS,
        until,
        signal,
      });
      if (run.ended !== 'said-enough') throw new Error(`no kernel came: ${run.lines.slice(-5).join('\n')}`);
    };
    return await work(boot, () => transfer, iso);
  } finally {
    await server.close();
  }
}

/** Without a ROM of its own, as there: the firmware must not start one. */
const NETWORK = ['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='];

/** The machine of `runIpxe`, with QEMU loading the kernel. @param {Scene} scene */
async function bootDirectly({ kernel, plainInitrd, plan, signal }) {
  const enough = new AbortController();
  const bare = ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-device', 'VGA'];
  const machine = [
    '-machine',
    'q35,usb=off,graphics=off',
    '-accel',
    plan.accelerator,
    '-cpu',
    qemuCpu(plan.cpu),
  ];
  const boot = ['-kernel', kernel, '-initrd', plainInitrd, '-append', ARGUMENTS.join(' ')];
  const rest = ['-m', String(plan.memoryMiB), '-serial', 'stdio', ...NETWORK];
  await runCommand(plan.emulator, [...bare, ...machine, ...boot, ...rest], {
    signal: AbortSignal.any([signal, enough.signal]),
    timeoutMs: LIMIT_MS,
    onLine: (line) => {
      if (FIRST_LINE.test(line)) enough.abort();
    },
  }).catch((error) => {
    if (!enough.signal.aborted) throw error;
  });
}
