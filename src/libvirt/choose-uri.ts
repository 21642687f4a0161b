import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { connectLibvirt } from './connect-libvirt.ts';
import { lastingConnection } from './lasting-connection.ts';
import type { LibvirtConnection } from './libvirt.ts';
import { LibvirtError } from './libvirt-error.ts';
import { type PrivateDaemon, startPrivateDaemon } from './private-daemon.ts';

export type ChosenLibvirt = {
  readonly connection: LibvirtConnection;
  /** True when Kiln started (or joined) a daemon of its own for it. */
  readonly privateDaemon: boolean;
  /** Closes the connection and gives the private daemon back. */
  close(): Promise<void>;
};

export type LibvirtChoice = {
  /** What the user asked for with --connect. */
  readonly connect?: string;
  readonly env: { readonly LIBVIRT_DEFAULT_URI?: string | undefined };
  /** Whether this process runs as root; by default asked of the kernel. */
  readonly isRoot?: boolean;
  /** Where the private daemon lives: `places.runtime`. */
  readonly runtimeDir: string;
  /** Only Kiln's private daemon will do: to find again what was started there. */
  readonly forcePrivate?: boolean;
  readonly signal?: AbortSignal;
  /** A connection that breaks is made anew, and waited for until this is aborted; otherwise calls fail from then on. */
  readonly lastsUntil?: AbortSignal;
  readonly logger?: Logger;
};

/**
 * Connects to the libvirt to use: the URI asked for, else LIBVIRT_DEFAULT_URI, else `qemu:///session` for an ordinary
 * user (libvirt starts that daemon itself), else for root `qemu:///system` where its daemon answers, else the private
 * daemon (docs/libvirt.md).
 * @throws HostError `host.libvirt-unreachable`, `host.libvirt-missing`, `host.libvirt-daemon`
 */
export async function chooseLibvirt(choice: LibvirtChoice): Promise<ChosenLibvirt> {
  const { connect, env, isRoot = process.getuid?.() === 0 } = choice;
  if (choice.forcePrivate) return connectPrivate(choice);
  if (connect === '')
    throw new HostError('host.libvirt-unreachable', 'The libvirt URI to connect to is empty; name one.');
  const asked = connect ?? (env.LIBVIRT_DEFAULT_URI || (isRoot ? undefined : 'qemu:///session'));
  if (asked !== undefined) return connectTo(asked, choice);
  try {
    return await ordinary('qemu:///system', choice);
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    choice.logger?.debug(`libvirt: no system daemon (${error.message})`);
    return connectPrivate(choice);
  }
}

async function ordinary(uri: string, choice: LibvirtChoice): Promise<ChosenLibvirt> {
  const connection = await connectAs(uri, choice);
  return { connection, privateDaemon: false, close: () => connection.close() };
}

/** @param own the private daemon, which nobody else starts anew */
async function connectAs(
  uri: string,
  { lastsUntil: until, logger = silentLogger }: LibvirtChoice,
  own?: PrivateDaemon,
): Promise<LibvirtConnection> {
  const first = await connectLibvirt(uri, { logger });
  if (until === undefined) return first;
  const connect = async (): Promise<LibvirtConnection> => {
    await own?.revive();
    return connectLibvirt(uri, { logger });
  };
  return lastingConnection(first, { connect, mayComeBack: own === undefined, until, logger });
}

async function connectTo(uri: string, choice: LibvirtChoice): Promise<ChosenLibvirt> {
  try {
    return await ordinary(uri, choice);
  } catch (error) {
    throw unreachable(uri, error);
  }
}

/** A daemon can end by itself between our finding it and our connecting; the second time it is a new one. */
const ATTEMPTS = 2;

async function connectPrivate(choice: LibvirtChoice, attempt = 1): Promise<ChosenLibvirt> {
  const { runtimeDir, signal, logger } = choice;
  const daemon = await startPrivateDaemon({
    runtimeDir,
    ...(signal === undefined ? {} : { signal }),
    ...(logger === undefined ? {} : { logger }),
  });
  try {
    const connection = await connectAs(daemon.uri, choice, daemon);
    const close = async (): Promise<void> => {
      await connection.close();
      await daemon.release();
    };
    return { connection, privateDaemon: true, close };
  } catch (error) {
    await daemon.release();
    if (attempt < ATTEMPTS && error instanceof LibvirtError) return connectPrivate(choice, attempt + 1);
    throw unreachable(daemon.uri, error);
  }
}

function unreachable(uri: string, error: unknown): unknown {
  if (!(error instanceof LibvirtError)) return error;
  return new HostError(
    'host.libvirt-unreachable',
    `libvirt cannot be reached at ${uri}: ${error.message}. ${adviceFor(uri)}`,
    { cause: error, details: { uri, libvirtCode: error.code } },
  );
}

function adviceFor(uri: string): string {
  if (uri.startsWith('qemu:///session')) {
    return 'Install libvirt-daemon-system and qemu-system-x86, and see that HOME is a folder you may write to.';
  }
  if (uri.startsWith('qemu:///system')) {
    return 'Start the daemon (systemctl start libvirtd) and join the group libvirt, or use --connect qemu:///session.';
  }
  if (/^[a-z]+\+(ssh|tls|tcp|libssh2?):/.test(uri)) {
    return `See that this works by itself: virsh -c '${uri}' version`;
  }
  return 'Check the URI given with --connect or LIBVIRT_DEFAULT_URI.';
}
