import type { DaemonFiles } from './daemon-files.ts';

/** Exit code of the script when the daemon's programs are not installed. */
export const NOT_INSTALLED = 42;

/** libvirtd ends itself after so long without a connection and without a running guest. */
const ORPHAN_TIMEOUT_S = 30;

/**
 * Starts the daemons, prints `isolated` or `shared` and returns. Four things want explaining:
 *
 * - A mount namespace of its own, where we may make one, puts our folder in the place of the host's libvirt state:
 *   nothing is left in /etc/libvirt or /var/lib/libvirt, the host's networks are not started, several daemons can run,
 *   and qemu.conf is ours (see qemuConf). Mounts of the host keep arriving (slave). Where it is not allowed (containers
 *   without CAP_SYS_ADMIN) the daemon uses the host's folders as libvirtd always does.
 * - tini -s adopts QEMU, which libvirt starts detached, and reaps it at once. libvirt waits until the QEMU process is
 *   gone, and without tini that is up to process 1, which in containers may take seconds or never do it.
 * - libvirtd stays on one CPU, always the same one. libvirt drops its cached knowledge of QEMU when the host's CPUID has
 *   changed, and compares leaves (0x1f) that hold the number of the very CPU it happens to run on (seen in libvirt
 *   9.0). QEMU is not bound by it: libvirt gives every guest all CPUs.
 * - virtlogd has no timeout that we could use (libvirtd connects only now and then), so it ends with libvirtd.
 */
export function daemonScript(files: DaemonFiles): string {
  return `#!/bin/sh
PATH="$PATH:/usr/sbin:/sbin"
export PATH

isolate() {
  mount --bind '${files.etc}' /etc/libvirt &&
    mount --bind '${files.lib}' /var/lib/libvirt/qemu &&
    mount --bind '${files.run}' /run/libvirt
}

case "$1" in
start)
  command -v libvirtd virtlogd >/dev/null || exit ${NOT_INSTALLED}
  reaper=
  if command -v tini >/dev/null; then reaper='tini -s --'; fi
  mkdir -p /etc/libvirt /var/lib/libvirt/qemu /run/libvirt
  space='unshare --mount --propagation slave --'
  if $space sh "$0" try-isolate; then mode=isolated; else space= mode=shared; fi
  setsid --fork $reaper $space sh "$0" "$mode" </dev/null >/dev/null 2>>'${files.log}'
  echo "$mode"
  ;;
try-isolate)
  isolate 2>/dev/null
  ;;
isolated | shared)
  if [ "$1" = isolated ]; then isolate || exit 1; fi
  log=
  if [ "$1" = isolated ] || ! grep -qx virtlogd /proc/[0-9]*/comm; then
    virtlogd -f '${files.virtlogdConf}' -p '${files.virtlogdPid}' &
    log=$!
  fi
  cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/self/status)
  taskset -c "$cpu" libvirtd -f '${files.libvirtdConf}' -p '${files.libvirtdPid}' --timeout ${ORPHAN_TIMEOUT_S}
  if [ -n "$log" ]; then kill "$log"; wait "$log"; fi
  ;;
esac
`;
}
