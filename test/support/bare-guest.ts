import { constants, openSync, readSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../src/process/run-command.ts';

export type GuestOptions = {
  /** Where pipes and NVRAM go. */
  readonly folder: string;
  readonly disk?: { readonly path: string; readonly bus: 'virtio' | 'sata' | 'scsi' | 'nvme' };
  readonly cdroms?: readonly string[];
  readonly direct?: { readonly kernel: string; readonly initrd: string; readonly arguments?: string };
  readonly firmware?: 'bios' | 'uefi';
  /** The firmware repeats the screen on the serial port and takes keys from there (SeaBIOS). */
  readonly screenOnSerial?: boolean;
  /** Two where nothing is said. */
  readonly cpus?: number;
  readonly macAddress?: string;
  /** What DHCP tells the guest its name is. */
  readonly hostname?: string;
  /** How long the guest may run, in milliseconds. */
  readonly deadlineMs?: number;
};

const FIRMWARE_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const FIRMWARE_VARS = '/usr/share/OVMF/OVMF_VARS_4M.fd';

/**
 * One plain QEMU guest, its serial console read and written through two named pipes. The test ends it, or it powers off. Pipes, not a
 * socket: that is full after some 270 bytes written one by one, each with a buffer of its own, and a serial port of QEMU's that could
 * not hand on a byte four times forgets it (hw/char/serial.c, MAX_XMIT_RETRY).
 */
export class Guest {
  /** All that came over the serial console so far, carriage returns removed. */
  console = '';
  /** Resolves when QEMU ended by itself, which with -no-reboot means power-off or reboot; rejects at the deadline. */
  readonly ended: Promise<void>;
  readonly #output: Socket;
  readonly #outputFd: number;
  readonly #input: Socket;
  readonly #stop = new AbortController();
  #searchedUpTo = 0;
  #wake: () => void = () => {};
  #running = true;

  private constructor(pipe: string, args: readonly string[], deadlineMs: number) {
    // For reading and writing both, so that neither waits for QEMU to open its end (fifo(7)).
    const open = (path: string): number => openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#outputFd = open(`${pipe}.out`);
    this.#output = new Socket({ fd: this.#outputFd, readable: true, writable: false });
    this.#input = new Socket({ fd: open(`${pipe}.in`), readable: false, writable: true });
    for (const end of [this.#output, this.#input]) end.on('error', () => {}); // the end of QEMU is what `ended` is for
    this.#output.on('data', (data) => this.#take(data));
    this.ended = runCommand('qemu-system-x86_64', args, {
      timeoutMs: deadlineMs,
      signal: this.#stop.signal,
    }).then(
      () => this.#finish(),
      (error: unknown) => {
        this.#finish();
        throw error;
      },
    );
    this.ended.catch(() => {}); // reported by whoever awaits it
  }

  static async start(options: GuestOptions): Promise<Guest> {
    const pipe = join(options.folder, `console-${process.hrtime.bigint()}`);
    await runCommand('mkfifo', ['-m', '600', `${pipe}.in`, `${pipe}.out`]);
    const args = [...machineArguments(pipe, options), ...deviceArguments(options)];
    if (options.firmware === 'uefi') args.push(...(await firmwareArguments(`${pipe}.vars`)));
    return new Guest(pipe, args, options.deadlineMs ?? 150_000);
  }

  /** Waits for text after what was last found; fails when the guest ends before, or at its deadline. */
  async waitFor(text: string | RegExp): Promise<void> {
    for (;;) {
      const rest = this.console.slice(this.#searchedUpTo);
      const found = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
      if (found >= 0) {
        this.#searchedUpTo += found + (typeof text === 'string' ? text.length : 1);
        return;
      }
      if (!this.#running) throw new Error(`the guest ended without ${text}; its console:\n${this.console}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  type(line: string): void {
    this.press(`${line}\n`);
  }

  /** Keys as a serial terminal sends them. */
  press(keys: string): void {
    this.#input.write(keys);
  }

  get running(): boolean {
    return this.#running;
  }

  /** Ends the guest if it still runs. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.ended.catch(() => {});
  }

  #take(data: Buffer): void {
    this.console += data.toString('latin1').replaceAll('\r', '');
    this.#wake();
  }

  #finish(): void {
    this.#takeLastWords();
    this.#running = false;
    this.#output.destroy();
    this.#input.destroy();
    this.#wake();
  }

  /** What QEMU wrote before it ended and nobody has read yet. */
  #takeLastWords(): void {
    const piece = Buffer.alloc(64 * 1024);
    try {
      for (;;) this.#take(piece.subarray(0, readSync(this.#outputFd, piece)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

function machineArguments(pipe: string, options: GuestOptions): string[] {
  const { screenOnSerial, cpus = 2, macAddress, hostname } = options;
  const machine = screenOnSerial ? 'q35,graphics=off' : 'q35';
  const name = hostname === undefined ? '' : `,hostname=${hostname}`;
  const mac = macAddress === undefined ? '' : `,mac=${macAddress}`;
  return [
    ...['-machine', machine, '-accel', 'tcg,thread=multi', '-cpu', 'max,cx16=off', '-m', '512'],
    ...['-display', 'none', '-monitor', 'none', '-no-reboot', '-nodefaults', '-vga', 'std'],
    ...['-smp', String(cpus)],
    ...['-chardev', `pipe,id=console,path=${pipe}`, '-serial', 'chardev:console'],
    ...['-netdev', `user,id=net${name}`, '-device', `virtio-net-pci,netdev=net,romfile=${mac}`],
    ...['-device', 'pvpanic', '-action', 'panic=shutdown'],
  ];
}

function deviceArguments({ disk, cdroms = [], direct }: GuestOptions): string[] {
  const args: string[] = [];
  if (disk) {
    args.push('-drive', `if=none,id=disk,format=raw,file=${disk.path},cache=unsafe`);
    const device = {
      virtio: ['-device', 'virtio-blk-pci,drive=disk,bootindex=2'],
      sata: ['-device', 'ide-hd,bus=ide.5,drive=disk,bootindex=2'],
      scsi: ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk,bootindex=2'],
      nvme: ['-device', 'nvme,drive=disk,serial=1,bootindex=2'],
    }[disk.bus];
    args.push(...device);
  }
  cdroms.forEach((iso, index) => {
    args.push('-drive', `if=none,id=cd${index},media=cdrom,readonly=on,format=raw,file=${iso}`);
    args.push('-device', `ide-cd,bus=ide.${index},drive=cd${index}${index === 0 ? ',bootindex=1' : ''}`);
  });
  if (direct) {
    args.push('-kernel', direct.kernel, '-initrd', direct.initrd);
    args.push(
      '-append',
      `console=ttyS0,115200n8 quiet nokaslr mitigations=off no_timer_check norandmaps ${direct.arguments ?? ''}`,
    );
  }
  return args;
}

async function firmwareArguments(vars: string): Promise<string[]> {
  await copyFile(FIRMWARE_VARS, vars);
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${FIRMWARE_CODE}`],
    ...['-drive', `if=pflash,format=raw,file=${vars}`],
  ];
}
