import { join } from 'node:path';
import { HostError } from '../foundation/errors.ts';

/** Everything the private daemon keeps, in one folder of its own. */
export type DaemonFiles = ReturnType<typeof daemonFiles>;

/** sun_path of unix(7), less its final NUL. */
const LONGEST_SOCKET_PATH = 107;

export function daemonFiles(runtimeDir: string) {
  const folder = join(runtimeDir, 'libvirt');
  const socket = join(folder, 'libvirt-sock');
  // libvirtd also makes libvirt-sock-ro and libvirt-admin-sock beside it.
  const longest = join(folder, 'libvirt-admin-sock');
  if (Buffer.byteLength(longest) > LONGEST_SOCKET_PATH) {
    throw new HostError(
      'host.runtime-dir-too-long',
      `${longest} is too long for a Unix socket (${LONGEST_SOCKET_PATH} bytes). Set KILN_RUNTIME_DIR to a shorter folder.`,
      { details: { path: longest } },
    );
  }
  return {
    folder,
    socket,
    uri: `qemu+unix:///system?socket=${socket}`,
    /** Held while a daemon is being started or ended. Beside the folder, which goes away with the daemon. */
    gate: join(runtimeDir, 'libvirt.lock'),
    /** Shared by every user of the daemon. */
    users: join(runtimeDir, 'libvirt.users'),
    script: join(folder, 'daemon.sh'),
    /** The script that waits for both daemons, and tini above it where there is one. */
    scriptPid: join(folder, 'script.pid'),
    reaperPid: join(folder, 'reaper.pid'),
    libvirtdConf: join(folder, 'libvirtd.conf'),
    libvirtdPid: join(folder, 'libvirtd.pid'),
    virtlogdConf: join(folder, 'virtlogd.conf'),
    virtlogdPid: join(folder, 'virtlogd.pid'),
    log: join(folder, 'libvirtd.log'),
    /** Stand in for /etc/libvirt, /run/libvirt and /var/lib/libvirt/qemu. */
    etc: join(folder, 'etc'),
    qemuConf: join(folder, 'etc', 'qemu.conf'),
    run: join(folder, 'run'),
    virtlogdSocket: join(folder, 'run', 'virtlogd-sock'),
    lib: join(folder, 'lib'),
  };
}

const WARNINGS = 3;

export function libvirtdConf(files: DaemonFiles): string {
  return [
    `unix_sock_dir = "${files.folder}"`,
    'unix_sock_ro_perms = "0700"',
    'unix_sock_rw_perms = "0700"',
    'auth_unix_ro = "none"',
    'auth_unix_rw = "none"',
    `log_outputs = "${WARNINGS}:file:${files.log}"`,
    '',
  ].join('\n');
}

/** `max_size = 0`: a serial log is read while it grows, so it must never be rotated away. */
export function virtlogdConf(files: DaemonFiles): string {
  return ['max_size = 0', `log_outputs = "${WARNINGS}:file:${files.log}"`, ''].join('\n');
}

/** Keys of qemu.conf that are ours. `namespaces` may run over several lines (libvirt's virconf: lists in brackets). */
const OWN_KEYS = /^[ \t]*(?:user|group)[ \t]*=.*\n?|^[ \t]*namespaces[ \t]*=[ \t]*(?:\[[^\]]*\]|.*)\n?/gm;

/**
 * The host's qemu.conf with QEMU running as root, like Kiln itself here. Not only for file permissions: libvirt holds
 * its cached knowledge of QEMU against whether *that* user may open /dev/kvm. Where only root may (no udev, as in most
 * containers), it finds the cache wrong at every look and probes QEMU again, some 15 times per started guest (10 s).
 *
 * No /dev of the guest's own either (qemu.conf, "namespaces"): libvirt 11 leaves it empty in a chroot whose /dev is a bind mount,
 * and QEMU then ends with "Could not open '/dev/urandom'".
 */
export function qemuConf(systemConf: string): string {
  const kept = systemConf.replace(OWN_KEYS, '').replace(/\n*$/, '\n');
  return `${kept}user = "root"\ngroup = "root"\nnamespaces = []\n`;
}
