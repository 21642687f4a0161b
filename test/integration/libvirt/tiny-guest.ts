import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DomainEvent, EventSubscription } from '../../../src/libvirt/libvirt.ts';

/** Real-mode code that the BIOS loads from the first sector of the disk. Each starts with `sayHello`. */
const CODE = {
  sayHello: [
    ...[0xba, 0xf8, 0x03], //  mov dx, 0x3f8    the first serial port
    ...[0xb0, 0x4b], //        mov al, 'K'
    0xee, //                   out dx, al
    ...[0xb0, 0x0a], //        mov al, '\n'
    0xee, //                   out dx, al
  ],
  powerOff: [
    ...[0xb8, 0x07, 0x53], //  mov ax, 0x5307   APM: set power state
    ...[0xbb, 0x01, 0x00], //  mov bx, 1        of all devices
    ...[0xb9, 0x03, 0x00], //  mov cx, 3        off
    ...[0xcd, 0x15], //        int 0x15
  ],
  reset: [
    ...[0xba, 0xf9, 0x0c], //  mov dx, 0xcf9    the chipset's reset control register
    ...[0xb0, 0x06], //        mov al, 6        hard reset
    0xee, //                   out dx, al
  ],
  halt: [
    0xf4, //                   hlt
    ...[0xeb, 0xfd], //        jmp to the hlt
  ],
} as const;

const SECTOR = 512;
const DISK_BYTES = 2 ** 20;

export type TinyGuest = {
  readonly name: string;
  readonly uuid: string;
  readonly xml: string;
  readonly disk: string;
  readonly serialLog: string;
};

/** Writes the disk of a guest that does one thing and the XML that boots it. `folder` may be private (0700). */
export function makeTinyGuest(folder: string, does: 'powerOff' | 'reset' | 'halt'): TinyGuest {
  const uuid = randomUUID();
  const name = `kiln-tiny-${uuid.slice(0, 8)}`;
  const disk = join(folder, `${name}.img`);
  const serialLog = join(folder, `${name}.log`);
  const bytes = Buffer.alloc(DISK_BYTES);
  bytes.set([...CODE.sayHello, ...(does === 'halt' ? [] : CODE[does]), ...CODE.halt]);
  bytes.set([0x55, 0xaa], SECTOR - 2); // the mark of a bootable sector
  writeFileSync(disk, bytes);
  const xml = `<domain type='qemu'>
    <name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
    <features><acpi/></features>
    <on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</on_crash>
    <devices>
      <disk type='file' device='disk'>
        <driver name='qemu' type='raw'/><source file='${disk}'/><target dev='vda' bus='virtio'/>
      </disk>
      <controller type='usb' model='none'/>
      <interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>
      <serial type='file'><source path='${serialLog}'/></serial>
      <graphics type='vnc'><listen type='none'/></graphics><video><model type='vga'/></video>
      <memballoon model='none'/>
    </devices>
    ${process.getuid?.() === 0 ? "<seclabel type='static' model='dac' relabel='no'><label>+0:+0</label></seclabel>" : ''}
  </domain>`;
  return { name, uuid, xml, disk, serialLog };
}

/** `lifecycle stopped/shutdown`, `monitor-shutdown guest-reset` … */
export function eventText(event: DomainEvent): string {
  switch (event.kind) {
    case 'lifecycle':
      return `lifecycle ${event.event}/${event.detail}`;
    case 'monitor-shutdown':
      return `monitor-shutdown ${event.reason}`;
    default:
      return event.kind;
  }
}

/** Collects events up to one whose text begins with `last`. The test's own time limit is the deadline. */
export async function eventsUntil(events: EventSubscription, last: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(eventText(event));
    if (seen.at(-1)?.startsWith(last)) return seen;
  }
  throw new Error(`the events ended before "${last}": ${seen.join(', ')}`);
}

/** Pids of the living processes whose command line contains every word. */
export function processesWith(...words: readonly string[]): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8'); // empty for a zombie
        return words.every((word) => command.includes(word));
      } catch {
        return false; // ended while we were looking
      }
    })
    .map(Number);
}
