import type { DomainEvent, DomainState, LifecycleEvent, MonitorShutdownEvent } from '../libvirt/libvirt.ts';

/** A sign that the guest or its QEMU has ended, and how much it is worth. */
export type GuestEnd = {
  readonly how: 'power-off' | 'reboot' | 'panic' | 'crashed' | 'destroyed' | 'host-disk-full';
  /** One sentence: what was seen. */
  readonly reason: string;
  /** A heavier sign replaces a lighter one; see `mergeEnd`. */
  readonly weight: number;
  /** QEMU has gone, or is about to: libvirt says so. */
  readonly off: boolean;
};

/** From the surest sign to the one that every ending gives. */
const WEIGHT = {
  panic: 7,
  hostDisk: 6,
  /** QEMU names the guest's own reason. */
  monitorGuest: 5,
  /** libvirt says the guest began its shutdown; the kind is not told. */
  lifecycleGuest: 4,
  stopped: 3,
  /** QEMU was told to quit; libvirt's own destroy does that too, which only the stop event tells. */
  monitorHost: 2,
  stoppedShutdown: 1,
} as const;

const end = (how: GuestEnd['how'], weight: number, reason: string, off = false): GuestEnd => ({
  how,
  weight,
  reason,
  off,
});

/** Whether this sign says that the guest ended itself, so that its disk will not change any more. */
export function guestEndedItself({ how, weight, off }: GuestEnd): boolean {
  return (how === 'power-off' || how === 'reboot') && (off || weight >= WEIGHT.lifecycleGuest);
}

/** The kernel's own words, when there is no panic device or before its event arrives. */
export function endOfConsolePanic(line: string): GuestEnd {
  return end('panic', WEIGHT.panic, line);
}

/** Whether QEMU may have gone already, and its screen with it. */
export function mayBeOff({ how, off }: GuestEnd): boolean {
  return off || (how !== 'panic' && how !== 'host-disk-full');
}

/** Whether a reboot can be told from a power-off by this sign. */
export function isPrecise({ weight }: GuestEnd): boolean {
  return weight >= WEIGHT.monitorGuest;
}

/** Keeps the heavier sign; that QEMU has gone is kept in any case. */
export function mergeEnd(known: GuestEnd | undefined, seen: GuestEnd): GuestEnd {
  if (known === undefined) return seen;
  const chosen = seen.weight > known.weight ? seen : known;
  return { ...chosen, off: known.off || seen.off };
}

export function endOfEvent(event: DomainEvent): GuestEnd | undefined {
  switch (event.kind) {
    case 'monitor-shutdown':
      return endOfMonitor(event);
    case 'lifecycle':
      return endOfLifecycle(event);
    case 'io-error':
      return event.reason === 'enospc'
        ? end(
            'host-disk-full',
            WEIGHT.hostDisk,
            `No space is left on the host for ${event.path || event.device}.`,
          )
        : undefined;
    case 'reboot':
      return end('reboot', WEIGHT.monitorGuest, 'The guest reset itself and runs again.');
    case 'connection-closed':
      return undefined;
  }
}

/** The words are QEMU's ShutdownCause (qapi/run-state.json). */
function endOfMonitor({ guest, reason }: MonitorShutdownEvent): GuestEnd {
  switch (reason) {
    case 'guest-shutdown':
      return end('power-off', WEIGHT.monitorGuest, 'The guest powered off.');
    case 'guest-reset':
    case 'subsystem-reset':
      return end('reboot', WEIGHT.monitorGuest, 'The guest rebooted.');
    case 'guest-panic':
      return end('panic', WEIGHT.panic, "The guest's kernel panicked, QEMU reports.");
    case 'host-qmp-quit':
    case 'host-qmp-system-reset':
    case 'host-ui':
      return end('destroyed', WEIGHT.monitorHost, `QEMU was told to end (${reason}).`);
    case 'host-signal':
      return end('crashed', WEIGHT.monitorHost, 'QEMU was ended by a signal.');
    default:
      return guest
        ? end('power-off', WEIGHT.lifecycleGuest, `The guest ended (${reason}).`)
        : end('crashed', WEIGHT.monitorHost, `QEMU ended (${reason}).`);
  }
}

function endOfLifecycle({ event, detail }: LifecycleEvent): GuestEnd | undefined {
  const word = detail.split('/').at(-1);
  if (event === 'crashed')
    return end('panic', WEIGHT.panic, "The guest's kernel panicked, its panic device reports.");
  if (event === 'shutdown') {
    return word === 'host'
      ? end('crashed', WEIGHT.monitorHost, 'QEMU was ended from the host.')
      : end('power-off', WEIGHT.lifecycleGuest, 'The guest powered off.');
  }
  if (event === 'suspended' && word === 'ioerror') return pausedByDisk();
  if (event !== 'stopped') return undefined;
  switch (word) {
    case 'shutdown':
      return end('power-off', WEIGHT.stoppedShutdown, 'The guest powered off.', true);
    case 'crashed':
    case 'failed':
      return end('crashed', WEIGHT.stopped, `QEMU ended unexpectedly (libvirt: stopped, ${word}).`, true);
    default:
      return end(
        'destroyed',
        WEIGHT.stopped,
        `The domain was stopped from outside (libvirt: ${word}).`,
        true,
      );
  }
}

function pausedByDisk(): GuestEnd {
  return end(
    'host-disk-full',
    WEIGHT.stopped,
    'The guest was paused since the host could not write its disk.',
  );
}

/** Finds an end whose event was missed. `undefined`: libvirt does not know the domain any more. */
export function endOfState(state: DomainState | undefined): GuestEnd | undefined {
  if (state === undefined)
    return end('destroyed', WEIGHT.stoppedShutdown, 'The domain is gone from libvirt.', true);
  if (state.state === 'crashed')
    return end('panic', WEIGHT.panic, "The guest's kernel panicked, libvirt reports.");
  if (state.state === 'paused' && state.reason === 'ioerror') return pausedByDisk();
  if (state.state !== 'shutoff') return undefined;
  switch (state.reason) {
    case 'shutdown':
      return end('power-off', WEIGHT.stoppedShutdown, 'The guest powered off.', true);
    // A daemon that was started after the guest had ended does not know how; the marker and the disk must tell.
    case 'unknown':
      return end(
        'power-off',
        WEIGHT.stoppedShutdown,
        'The guest is off, and libvirt did not see it end.',
        true,
      );
    case 'crashed':
    case 'failed':
      return end(
        'crashed',
        WEIGHT.stopped,
        `QEMU ended unexpectedly (libvirt: shut off, ${state.reason}).`,
        true,
      );
    default:
      return end(
        'destroyed',
        WEIGHT.stopped,
        `The domain was stopped from outside (libvirt: ${state.reason}).`,
        true,
      );
  }
}
