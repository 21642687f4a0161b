/** Exit code of the script when the daemon's programs are not installed. */
export const NOT_INSTALLED = 42;

/** libvirtd ends itself after so long without a connection and without a running guest. */
export const ORPHAN_TIMEOUT_S = 30;

/** Between the end of virtlogd and its next start. */
const VIRTLOGD_PAUSE_S = 0.2;

/**
 * Lies in the daemon's folder (see DaemonFiles for the names). `start` starts the daemons, prints `isolated` or `shared` and returns.
 * Four things want explaining:
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
 * - virtlogd has no timeout that we could use (libvirtd connects only now and then), so it ends with libvirtd, and is run again when
 *   it ends before: no guest starts without it. Without the namespace its socket is the host's; "start keep-virtlogd" leaves the
 *   one alone that answers there already.
 */
export const DAEMON_SCRIPT = `#!/bin/sh
dir=$(dirname "$0")
PATH="$PATH:/usr/sbin:/sbin"
export PATH

isolate() {
  mount --bind "$dir/etc" /etc/libvirt &&
    mount --bind "$dir/lib" /var/lib/libvirt/qemu &&
    mount --bind "$dir/run" /run/libvirt
}

# The trap runs at once only during a wait, so the pause is waited for too.
keep_virtlogd() {
  trap 'kill "$!"; wait "$!"; exit' TERM
  while :; do
    virtlogd -f "$dir/virtlogd.conf" -p "$dir/virtlogd.pid" &
    wait "$!"
    sleep ${VIRTLOGD_PAUSE_S} &
    wait "$!"
  done
}

case "$1" in
start)
  command -v libvirtd >/dev/null && command -v virtlogd >/dev/null || exit ${NOT_INSTALLED}
  reaper=
  if command -v tini >/dev/null; then reaper='tini -s --'; fi
  mkdir -p /etc/libvirt /var/lib/libvirt/qemu /run/libvirt
  space='unshare --mount --propagation slave --'
  if $space sh "$0" try-isolate; then mode=isolated; else space= mode=shared; fi
  setsid --fork $reaper $space sh "$0" "$mode" "$2" </dev/null >/dev/null 2>>"$dir/libvirtd.log"
  echo "$mode"
  ;;
try-isolate)
  isolate 2>/dev/null
  ;;
isolated | shared)
  if [ "$1" = isolated ]; then isolate || exit 1; fi
  echo "$PPID" >"$dir/reaper.pid"
  echo "$$" >"$dir/script.pid.new" # who finds script.pid must not find it empty, which would mean that we have ended
  mv "$dir/script.pid.new" "$dir/script.pid"
  log=
  if [ "$1" = isolated ] || [ "$2" != keep-virtlogd ]; then
    keep_virtlogd &
    log=$!
  fi
  cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/self/status)
  taskset -c "$cpu" libvirtd -f "$dir/libvirtd.conf" -p "$dir/libvirtd.pid" --timeout ${ORPHAN_TIMEOUT_S}
  if [ -n "$log" ]; then kill "$log"; wait "$log"; fi
  ;;
esac
`;
