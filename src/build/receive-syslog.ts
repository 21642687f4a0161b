import { createWriteStream } from 'node:fs';
import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import { joinArguments } from '../os/kernel-arguments.ts';
import { SYSLOG_PORT } from '../os/log-arguments.ts';
import { startSyslogServer } from '../syslog-server/start-syslog-server.ts';
import { syslogLine } from '../watch/installer-report.ts';

/** What takes the installer's log while it runs. */
export type ReceivedSyslog = {
  /** Of 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
};

export type ReceiveOptions = {
  /** A line for each message, with the time at which it came. */
  readonly path: string;
  /** As whom the guest's QEMU runs. */
  readonly uid: number;
  /** One that a guest knows already; left out, a free one is taken. */
  readonly port?: number;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** A guest may talk without end; no installer needs as much. */
const LARGEST_LOG = 64 * 2 ** 20;

/** @throws HostError `host.cannot-listen` */
export async function receiveSyslog(options: ReceiveOptions): Promise<ReceivedSyslog> {
  const { path, uid, port, clock, logger } = options;
  let left = LARGEST_LOG;
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  file.on('error', (error) => logger.warn(`The installer's log is not kept any more: ${error.message}`));
  const server = await startSyslogServer({
    uid,
    ...(port === undefined ? {} : { port }),
    onMessage: (message) => {
      const line = `${syslogLine(message, clock.now())}\n`;
      left -= Buffer.byteLength(line);
      if (left >= 0 && !file.writableEnded && !file.destroyed) file.write(line);
    },
  });
  return {
    port: server.port,
    close: async () => {
      await server.close();
      if (!file.destroyed) await new Promise<void>((settle) => file.end(() => settle()));
    },
  };
}

/** Whether debian-installer is told to leave the network alone; the last word on the kernel's line counts. */
export function leavesNetworkAlone(commandLine: readonly string[]): boolean {
  return commandLine.findLast((word) => /^netcfg\/enable=/.test(word)) === 'netcfg/enable=false';
}

/** An installer that leaves the network alone sends nothing. */
export function asksForSyslog(commandLine: readonly string[]): boolean {
  return !leavesNetworkAlone(commandLine) && commandLine.some((word) => word.includes(SYSLOG_PORT));
}

/** The kernel's command line as a guest from these media gets it: none of the words about a log that it would not send. */
export function argumentsWith(media: readonly string[], plan: readonly string[]): readonly string[] {
  const all = joinArguments(media, plan);
  return asksForSyslog(all) ? all : withSyslogPort(all, undefined);
}

/** The kernel's arguments with the port that is known only now, or without any. */
export function withSyslogPort(commandLine: readonly string[], port: number | undefined): readonly string[] {
  if (port !== undefined) return commandLine.map((word) => word.replace(SYSLOG_PORT, String(port)));
  return commandLine.some((word) => word.includes(SYSLOG_PORT))
    ? commandLine.filter((word) => !word.includes(SYSLOG_PORT) && !/^log_host=/.test(word))
    : commandLine;
}
