import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

/**
 * What the first serial port shows is logged to a file: following a file needs no stream, outlives a restart of Kiln, and is itself the
 * evidence. `append` keeps what an earlier start of the same domain wrote. The port itself is a pseudo terminal, so `virsh console` works; QEMU
 * logs what the guest writes whether or not somebody has it open (chardev/char.c, char-pty.c).
 */
export function serialElement(input: DomainInput): Xml {
  return element(
    'serial',
    { type: 'pty' },
    element('log', { file: input.serialLog, append: 'on' }),
    element('target', { type: 'isa-serial', port: 0 }),
  );
}

/** Anaconda sends its log there when it finds a port of this name (Anaconda boot options, inst.virtiolog). */
const ANACONDA_PORT = 'org.fedoraproject.anaconda.log.0';

export function installerLogElement({ installerLog }: DomainInput): Xml | undefined {
  if (installerLog === undefined) return undefined;
  return element(
    'channel',
    { type: 'file' },
    element('source', { path: installerLog, append: 'on' }),
    element('target', { type: 'virtio', name: ANACONDA_PORT }),
  );
}

/**
 * A screen that listens nowhere (`-vnc none`): no port, no socket, no password. Screenshots can be taken, and whoever may talk to libvirt is
 * handed a connection by virDomainOpenGraphicsFD (formatdomain.html, listen type `none`).
 * Without VNC the graphics card stays, and with it screenshots.
 */
export function screenElements({ lacksVnc }: Pick<DomainInput, 'lacksVnc'>): Xml[] {
  const vnc = element('graphics', { type: 'vnc' }, element('listen', { type: 'none' }));
  return [
    ...(lacksVnc ? [] : [vnc]),
    element('video', {}, element('model', { type: 'vga', vram: 16384, heads: 1 })),
  ];
}
