import type { DiskCounters, NetworkCounters } from '../libvirt/libvirt.ts';

export type Counters = {
  readonly disk?: DiskCounters | undefined;
  readonly network?: NetworkCounters | undefined;
};

/**
 * Tells a working installer from a stalled one. Signs of work are new console text, disk writes and network traffic
 * above a trickle; CPU use is none, a guest at a prompt may spin. All times: milliseconds of the monotonic clock.
 */
export type Activity = {
  addCounters(counters: Counters, now: number): void;
  addNews(now: number): void;
  idleSince(): number;
  /** The last time something was written to the disk. */
  lastWrite(): number;
};

/** Broadcasts, DHCP renewals and keep-alives stay below this (the figure is Oz's and nova-install's). */
const TRICKLE_BYTES_PER_SECOND = 4096;

export function createActivity(start: number): Activity {
  let idleSince = start;
  let lastWrite = start;
  let before: Counters & { readonly at: number } = { at: start };

  const wrote = ({ disk }: Counters): boolean =>
    disk !== undefined &&
    (disk.writeRequests > (before.disk?.writeRequests ?? 0) ||
      disk.writeBytes > (before.disk?.writeBytes ?? 0));
  const transferred = ({ network }: Counters, now: number): boolean => {
    if (network === undefined || now <= before.at) return false;
    const sum = (counters: NetworkCounters | undefined): number =>
      (counters?.receivedBytes ?? 0) + (counters?.transmittedBytes ?? 0);
    return ((sum(network) - sum(before.network)) * 1000) / (now - before.at) >= TRICKLE_BYTES_PER_SECOND;
  };

  return {
    addCounters: (counters, now) => {
      if (wrote(counters)) lastWrite = now;
      if (lastWrite === now || transferred(counters, now)) idleSince = now;
      before = { disk: counters.disk ?? before.disk, network: counters.network ?? before.network, at: now };
    },
    addNews: (now) => {
      idleSince = now;
    },
    idleSince: () => idleSince,
    lastWrite: () => lastWrite,
  };
}
