import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { OpenGuest } from '../build/open-guest.ts';
import { HostError } from '../foundation/errors.ts';
import { parseXml } from '../foundation/parse-xml.ts';
import type { LiveSocket } from './live-socket.ts';

/** `live/ID/screen`: the guest's own VNC server (RFC 6143) in binary messages, as noVNC wants it, over a connection that libvirt hands out. */
export async function showScreen(live: LiveSocket, openGuest: () => Promise<OpenGuest>): Promise<void> {
  const guest = await openGuest();
  try {
    const { connection } = guest.libvirt;
    const index = vncIndex(await connection.getXml(guest.domain.uuid));
    if (index < 0) throw noScreen(guest);
    const screen = await connection.openGraphics(guest.domain.uuid, index);
    await connect(screen, live);
  } finally {
    await guest.libvirt.close();
  }
}

/** Of the running domain's `graphics` elements. */
export function vncIndex(domainXml: string): number {
  const devices = parseXml(domainXml).children.find(({ name }) => name === 'devices');
  const graphics = (devices?.children ?? []).filter(({ name }) => name === 'graphics');
  return graphics.findIndex(({ attributes }) => attributes.get('type') === 'vnc');
}

function noScreen({ build, domain }: OpenGuest): HostError {
  return new HostError(
    'builds.no-screen',
    `The guest ${domain.name} of build ${build.id} has no VNC screen; \`kiln builds screenshot ${build.id}\` shows what it has.`,
  );
}

/** Until either side ends. Neither is read faster than the other takes it. */
async function connect(screen: Duplex, live: LiveSocket): Promise<void> {
  const end = (): void => void screen.destroy();
  live.signal.addEventListener('abort', end, { once: true });
  live.onMessage(async (bytes) => {
    if (!screen.destroyed && !screen.write(bytes)) {
      await Promise.race([once(screen, 'drain'), once(screen, 'close')]);
    }
  });
  try {
    for await (const bytes of screen) await live.tell(bytes as Buffer);
  } catch (error) {
    // The guest has ended, or the browser has gone.
    if (!(error instanceof Error && 'code' in error)) throw error;
  } finally {
    live.signal.removeEventListener('abort', end);
    screen.destroy();
  }
}
