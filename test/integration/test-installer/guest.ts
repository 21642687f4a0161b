import { copyFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../../src/process/run-command.ts';

export type GuestOptions = {
  /** Where sockets and NVRAM go. */
  readonly folder: string;
  readonly disk?: { readonly path: string; readonly bus: 'virtio' | 'sata' | 'scsi' | 'nvme' };
  readonly cdroms?: readonly string[];
  readonly direct?: { readonly kernel: string; readonly initrd: string; readonly arguments?: string };
  readonly firmware?: 'bios' | 'uefi';
  /** How long the guest may run, in milliseconds. */
  readonly deadlineMs?: number;
};

const FIRMWARE_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const FIRMWARE_VARS = '/usr/share/OVMF/OVMF_VARS_4M.fd';

/** One plain QEMU guest, its serial console read and written through a socket. The test ends it, or it powers off. */
export class Guest {
  /** All that came over the serial console so far, carriage returns removed. */
  console = '';
  /** Resolves when QEMU ended by itself, which with -no-reboot means power-off or reboot; rejects at the deadline. */
  readonly ended: Promise<void>;
  readonly #server: Server;
  readonly #stop = new AbortController();
  #socket: Socket | undefined;
  #searchedUpTo = 0;
  #wake: () => void = () => {};
  #running = true;

  private constructor(server: Server, args: readonly string[], deadlineMs: number) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('error', () => {}); // the end of QEMU is what `ended` is for
      socket.on('data', (data) => {
        this.console += data.toString('latin1').replaceAll('\r', '');
        this.#wake();
      });
    });
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
    const socket = join(options.folder, `console-${process.hrtime.bigint()}`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const args = [...machineArguments(socket), ...deviceArguments(options)];
    if (options.firmware === 'uefi') args.push(...(await firmwareArguments(`${socket}.vars`)));
    return new Guest(server, args, options.deadlineMs ?? 150_000);
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
    this.#socket?.write(`${line}\n`);
  }

  get running(): boolean {
    return this.#running;
  }

  /** Ends the guest if it still runs. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.ended.catch(() => {});
  }

  #finish(): void {
    this.#running = false;
    this.#server.close();
    this.#wake();
  }
}

function machineArguments(socket: string): string[] {
  return [
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max,cx16=off', '-smp', '2', '-m', '512'],
    ...['-display', 'none', '-monitor', 'none', '-no-reboot', '-nodefaults', '-vga', 'std'],
    ...['-chardev', `socket,id=console,path=${socket}`, '-serial', 'chardev:console'],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
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
    args.push('-append', `console=ttyS0,115200n8 quiet nokaslr mitigations=off ${direct.arguments ?? ''}`);
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
