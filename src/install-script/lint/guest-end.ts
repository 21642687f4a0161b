/** debian-installer's shell has these; shutdown(8) is no part of busybox. */
const IN_BUSYBOX = ['reboot', 'poweroff', 'halt'];

export const BUSYBOX_ENDS_GUEST: ReadonlySet<string> = new Set(IN_BUSYBOX);
/** Programs that restart the guest or switch it off. */
export const ENDS_GUEST: ReadonlySet<string> = new Set([...IN_BUSYBOX, 'shutdown']);

/** What is wrong with a command that calls one of them in the middle of an installation. */
export const endsTooEarly = (what: string, program: string): string =>
  `${what} ends the guest (${program}) before the installation is complete`;
