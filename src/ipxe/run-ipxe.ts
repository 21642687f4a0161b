import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CancelledError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { SLOW_UNDER_EMULATION } from '../os/emulated-cpu.ts';
import { CommandError, runCommand } from '../process/run-command.ts';

/** The part of a host that runs a guest. */
export type IpxeHost = {
  readonly emulator: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly uefi?: { readonly code: string; readonly varsTemplate: string } | undefined;
};

export function ipxeHost(host: HostFacts): IpxeHost {
  return { emulator: host.emulator, accelerator: host.accelerator.use, uefi: host.uefi };
}

export type IpxeRunOptions = {
  readonly host: IpxeHost;
  readonly iso: string;
  readonly firmware: 'bios' | 'uefi';
  /** `user`: DHCP, and this host as 10.0.2.2. `silent`: a network card on whose wire nobody answers. `none`: no card. */
  readonly network?: 'user' | 'silent' | 'none';
  /** How the image is attached: as a CD, or as the disk a stick would be. */
  readonly as?: 'cd' | 'stick';
  /** A disk beside it, raw. */
  readonly disk?: string;
  readonly macAddress?: string;
  readonly memoryMiB?: number;
  /** The guest may restart as often as it likes; else that ends the run. */
  readonly restarts?: boolean;
  readonly deadlineMs: number;
  /** Ends the run once a line says enough. */
  readonly until: (line: string) => boolean;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

export type IpxeRun = {
  /** What came over the serial port, without control sequences. */
  readonly lines: readonly string[];
  readonly ended: 'said-enough' | 'deadline' | 'by-itself';
};

/**
 * Boots an iPXE image in a machine without a screen and follows its serial port. Nothing is installed and nothing kept.
 * @throws CancelledError; CommandError when QEMU does not start
 */
export async function runIpxe(options: IpxeRunOptions): Promise<IpxeRun> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-ipxe-'));
  const lines: string[] = [];
  const enough = new AbortController();
  const late = new AbortController();
  const deadline = setTimeout(() => late.abort(), options.deadlineMs);
  const onLine = (raw: string): void => {
    const line = stripVTControlCharacters(raw).trimEnd();
    if (line === '') return;
    lines.push(line);
    if (options.until(line)) enough.abort();
  };
  const signals = [enough.signal, late.signal, ...(options.signal ? [options.signal] : [])];
  const ending = (): IpxeRun['ended'] =>
    enough.signal.aborted ? 'said-enough' : late.signal.aborted ? 'deadline' : 'by-itself';
  try {
    const args = await qemuArguments(options, folder);
    // A guest never ends by itself when Kiln is killed; timeout(1) sees to it.
    const limit = String(Math.ceil(options.deadlineMs / 1000) + 5);
    await runCommand('timeout', ['--kill-after=1', limit, options.host.emulator, ...args], {
      signal: AbortSignal.any(signals),
      onLine,
      ...(options.logger ? { logger: options.logger } : {}),
    });
    return { lines, ended: ending() };
  } catch (error) {
    const ours = enough.signal.aborted || late.signal.aborted;
    if (!ours || options.signal?.aborted) throw error;
    if (!(error instanceof CancelledError) && !(error instanceof CommandError)) throw error;
    return { lines, ended: ending() };
  } finally {
    clearTimeout(deadline);
    await rm(folder, { recursive: true, force: true });
  }
}

async function qemuArguments(options: IpxeRunOptions, folder: string): Promise<string[]> {
  const { host, firmware, memoryMiB = 256, restarts = false } = options;
  // graphics=off: SeaBIOS repeats the screen on the serial port, as libvirt's <bios useserial> has it.
  // Debian 13's kernel dies at an emulated cmpxchg16b (os/os-table.ts).
  const without = host.accelerator === 'tcg' ? ['cx16', ...SLOW_UNDER_EMULATION] : [];
  const cpu = ['max', ...without.map((name) => `${name}=off`)].join(',');
  const machine = [
    '-machine',
    'q35,usb=off,graphics=off',
    '-accel',
    host.accelerator,
    '-cpu',
    cpu,
    '-m',
    String(memoryMiB),
  ];
  const bare = ['-nodefaults', '-no-user-config', '-display', 'none', '-device', 'VGA'];
  const serial = ['-serial', 'stdio'];
  return [
    ...bare,
    ...(restarts ? [] : ['-no-reboot']),
    ...machine,
    ...serial,
    ...(await firmwareArguments(firmware, host, folder)),
    ...media(options),
    ...network(options),
  ];
}

async function firmwareArguments(
  firmware: IpxeRunOptions['firmware'],
  { uefi }: IpxeHost,
  folder: string,
): Promise<string[]> {
  if (firmware === 'bios') return [];
  if (uefi === undefined) throw new TypeError('a UEFI guest needs the host to have UEFI firmware');
  const vars = join(folder, 'vars.fd');
  await copyFile(uefi.varsTemplate, vars);
  const flash = (rest: string): string[] => ['-drive', `if=pflash,format=raw,${rest}`];
  return [...flash(`readonly=on,file=${comma(uefi.code)}`), ...flash(`file=${comma(vars)}`)];
}

function media({ iso, as = 'cd', disk }: IpxeRunOptions): string[] {
  const image = `if=none,id=image,format=raw,readonly=on,file=${comma(iso)}`;
  const device = as === 'cd' ? 'ide-cd,drive=image,bootindex=1' : 'virtio-blk-pci,drive=image,bootindex=1';
  const second =
    disk === undefined
      ? []
      : [
          '-drive',
          `if=none,id=disk,format=raw,file=${comma(disk)}`,
          '-device',
          'virtio-blk-pci,drive=disk,bootindex=2',
        ];
  return ['-drive', image, '-device', device, ...second];
}

function network({ network: kind = 'user', macAddress }: IpxeRunOptions): string[] {
  if (kind === 'none') return ['-nic', 'none'];
  const backend = kind === 'user' ? 'user,id=net' : 'hubport,id=net,hubid=0';
  // Without a ROM of its own: the card must be iPXE's, not the firmware's.
  const mac = macAddress === undefined ? '' : `,mac=${macAddress}`;
  return ['-netdev', backend, '-device', `virtio-net-pci,netdev=net,romfile=${mac}`];
}

/** QEMU's own quoting of option values. */
const comma = (path: string): string => path.replaceAll(',', ',,');
