import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { HostError } from '../foundation/errors.ts';
import { senderUid } from './sender-uid.ts';
import { readSyslog, type SyslogMessage } from './syslog-message.ts';

export type SyslogServerOptions = {
  readonly onMessage: (message: SyslogMessage) => void;
  /** As whom the guests' QEMU runs: what other users of this host send is passed over. Undefined takes it from all. */
  readonly uid?: number;
  /** 0, the default, takes a free one. */
  readonly port?: number;
};

export type SyslogServer = {
  /** Of 127.0.0.1, the same for UDP and TCP; guests on QEMU's user networking reach it as 10.0.2.2. */
  readonly port: number;
  /** Stops listening, and resolves when all is closed. Harmless when repeated. */
  close(): Promise<void>;
};

const LOOPBACK = '127.0.0.1';
/** A free port of TCP may be taken at UDP. */
const ATTEMPTS = 10;
/** QEMU has a socket for each of the guest's, which lives on for minutes; a port that is free again is soon somebody else's. */
const SENDER_MS = 5000;
const MOST_SENDERS = 1000;
/** A sender that never ends its line has no message. */
const LONGEST_LINE = 64 * 1024;

/**
 * Takes what installers log to a remote host: debian-installer by UDP (`log_host=`, busybox's syslogd), Anaconda by TCP (`inst.syslog=`, of
 * which it makes rsyslog's `@@host:port`).
 * @throws HostError `host.cannot-listen`
 */
export async function startSyslogServer(options: SyslogServerOptions): Promise<SyslogServer> {
  const { port = 0 } = options;
  for (let attempt = 1; ; attempt += 1) {
    const streams = await listenOnTcp(options, port);
    try {
      const datagrams = await listenOnUdp(options, streams.port);
      let closing: Promise<unknown> | undefined;
      const close = async (): Promise<void> => {
        closing ??= Promise.all([streams.close(), datagrams.close()]);
        await closing;
      };
      return { port: streams.port, close };
    } catch (error) {
      await streams.close();
      if (port !== 0 || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function listenOnTcp(
  { onMessage, uid }: SyslogServerOptions,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((stream) => {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
    stream.on('error', () => stream.destroy());
    void mayTell('tcp', stream.remotePort, uid).then((may) => {
      if (may) takeLines(stream, onMessage);
      else stream.destroy();
    });
  });
  await new Promise<void>((settle, reject) => {
    server.once('error', (cause) => reject(cannotListen('TCP', port, cause)));
    server.listen(port, LOOPBACK, settle);
  });
  return {
    // A TCP server that listens has an address.
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const stream of open) stream.destroy();
      return new Promise((settle) => server.close(() => settle()));
    },
  };
}

function takeLines(stream: Socket, onMessage: SyslogServerOptions['onMessage']): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (data: string) => {
    rest += data;
    const end = rest.lastIndexOf('\n');
    for (const message of readSyslog(rest.slice(0, Math.max(0, end)))) onMessage(message);
    rest = rest.slice(end + 1);
    if (rest.length > LONGEST_LINE) stream.destroy();
  });
  stream.on('end', () => {
    for (const message of readSyslog(rest)) onMessage(message);
  });
}

async function listenOnUdp(
  { onMessage, uid }: SyslogServerOptions,
  port: number,
): Promise<{ close(): Promise<void> }> {
  const socket = createSocket('udp4');
  const known = new Map<number, { readonly until: number; readonly may: Promise<boolean> }>();
  const mayNow = (sender: number): Promise<boolean> => {
    const now = performance.now();
    const answer = known.get(sender);
    if (answer !== undefined && now < answer.until) return answer.may;
    if (known.size >= MOST_SENDERS) known.clear();
    const may = mayTell('udp', sender, uid);
    known.set(sender, { until: now + SENDER_MS, may });
    return may;
  };
  await new Promise<void>((settle, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(cannotListen('UDP', port, cause));
    });
    socket.bind(port, LOOPBACK, settle);
  });
  socket.on('error', () => undefined);
  let told: Promise<void> = Promise.resolve();
  socket.on('message', (data, sender) => {
    const may = mayNow(sender.port);
    // In their order, whichever sender is looked up first.
    told = told.then(async () => {
      if (!(await may)) return;
      for (const message of readSyslog(data.toString('utf8'))) onMessage(message);
    });
  });
  return {
    close: async () => {
      await new Promise<void>((settle) => socket.close(settle));
      await told;
    },
  };
}

async function mayTell(
  protocol: 'udp' | 'tcp',
  port: number | undefined,
  uid: number | undefined,
): Promise<boolean> {
  if (uid === undefined) return true;
  return port !== undefined && (await senderUid(protocol, port)) === uid;
}

function cannotListen(protocol: string, port: number, cause: Error): HostError {
  const message = `The installer's log cannot be received at port ${port} of ${LOOPBACK} (${protocol}): ${cause.message}.`;
  return new HostError('host.cannot-listen', message, { cause, details: { port, protocol } });
}
