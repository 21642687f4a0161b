import type { ConsolePattern } from '../console-pattern.ts';

const phase = 'any time';

/** Its time (and task), wherever it lands: the kernel prints into the lines of others. A quote in front is a script that speaks of it. */
const TIMED = String.raw`(?<!['"\x60])\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])?\s*`;

/**
 * A line of the kernel's own: after its time, its level, getty's prompt, or at the start of a line. A package's name or a file that is
 * shown may hold the same words.
 */
const kernelSays = (what: RegExp): RegExp =>
  new RegExp(String.raw`(?:^|${TIMED}|<[0-7]>\s*|\blogin: *)(?:${what.source})`);

/** The same for words that others say as well: only after the time. */
const kernelSaysTimed = (what: RegExp): RegExp => new RegExp(`${TIMED}(?:${what.source})`);

/** What the kernel itself says, in the installer and in the installed system. */
export const KERNEL_PATTERNS: readonly ConsolePattern[] = [
  {
    id: 'kernel.root-device',
    family: 'kernel',
    kind: 'panic',
    phase: 'booting',
    // What it says before it panics, and only then (init/do_mounts.c).
    regex: kernelSays(/VFS: Cannot open root device "(?!\(null\))[^"]+" or /),
    meaning: 'the kernel cannot open the root device that root= names on its command line',
    remedy:
      'Correct root= (--extra-args, the boot loader of a finished disk), or give the kernel the initrd that holds the driver of the disk.',
    sample: {
      from: 'recorded',
      text: '[    7.048336] VFS: Cannot open root device "/dev/sdz" or unknown-block(0,0): error -6',
    },
    never: '[    7.050112] VFS: Mounted root (ext4 filesystem) readonly on device 254:1.',
  },
  {
    id: 'kernel.timer',
    family: 'kernel',
    kind: 'panic',
    phase: 'booting',
    // arch/x86/kernel/apic/io_apic.c, check_timer(): it waits for ten ticks of an emulated timer, which a busy host brings too late.
    regex: kernelSays(/Kernel panic - not syncing: IO-APIC \+ timer doesn't work!/),
    meaning: "the kernel's test of its timer failed, as it may under emulation on a busy host",
    remedy:
      'Start the build again when the host has less to do. With --location Kiln gives an emulated kernel `no_timer_check`, which leaves the test out; from other media write it into the boot loader of the media.',
    sample: {
      from: 'recorded',
      text: "[    0.052000] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic=debug and send a report.  Then try booting with the 'noapic' option.",
    },
    never: '[    0.052000] ..MP-BIOS bug: 8254 timer not connected to IO-APIC',
  },
  {
    id: 'kernel.no-root',
    family: 'kernel',
    kind: 'panic',
    phase: 'booting the installer',
    regex: kernelSays(/Kernel panic - not syncing: VFS: Unable to mount root fs/),
    meaning:
      'the kernel found no root file system: the initrd was not loaded, is damaged, or memory is too small',
    remedy: 'Check the initrd and give the guest more memory.',
    sample: {
      from: 'documented',
      text: '[    1.9] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    },
    never: '[    1.9] VFS: Mounted root (ext4 filesystem) readonly on device 254:1.',
  },
  {
    id: 'kernel.no-init',
    family: 'kernel',
    kind: 'panic',
    phase: 'booting the installer',
    regex: kernelSays(/Kernel panic - not syncing: No working init found/),
    meaning: 'the initrd holds no program to start: it was not loaded whole, or is not an initrd',
    remedy: 'Check the initrd against its checksum, and give the guest more memory.',
    sample: {
      from: 'documented',
      text: '[    2.1] Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.',
    },
    never: '[    2.1] Run /init as init process',
  },
  {
    id: 'kernel.out-of-memory',
    family: 'kernel',
    kind: 'panic',
    phase,
    regex: kernelSays(/Kernel panic - not syncing: (System is deadlocked on memory|Out of memory)/),
    meaning: 'the guest ran out of memory',
    remedy: 'Raise memory in the template (--memory).',
    sample: {
      from: 'documented',
      text: '[   4.123456] Kernel panic - not syncing: System is deadlocked on memory',
    },
    never: '[   4.123456] Memory: 480424K/523768K available',
  },
  {
    id: 'kernel.double-fault',
    family: 'kernel',
    kind: 'panic',
    phase,
    regex: kernelSays(/traps: PANIC: double fault/),
    meaning: "the guest's kernel double-faulted",
    remedy:
      'On an emulated CPU (TCG) this is what cmpxchg16b does to Debian 13 kernels: take the feature away with --cpu maximum,-cx16, or name the system with --os.',
    sample: { from: 'recorded', text: '[   23.604062] traps: PANIC: double fault, error_code: 0x0' },
    never: '[   23.605382] Oops: general protection fault: 0000 [#1] PREEMPT SMP NOPTI',
  },
  {
    id: 'kernel.init-killed',
    family: 'kernel',
    kind: 'panic',
    phase,
    regex: kernelSays(/Kernel panic - not syncing: Attempted to kill init!/),
    meaning: 'the first program of the installer or system ended, and with it everything',
    remedy:
      'The lines before it tell why; a guest with too little memory or an unsuitable CPU model is usual.',
    sample: {
      from: 'documented',
      text: '[    3.5] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b',
    },
    never: '[    3.6] ---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b ]---',
  },
  {
    id: 'kernel.panic',
    family: 'kernel',
    kind: 'panic',
    phase,
    fallback: true,
    regex: kernelSays(/Kernel panic - not syncing: /),
    meaning: "the guest's kernel panicked",
    remedy:
      'The lines above the panic name its cause. More memory, another kernel or another CPU model help where they do not.',
    sample: {
      from: 'recorded',
      text: '[   23.609126] Kernel panic - not syncing: Fatal exception in interrupt',
    },
    never: 'Setting up x (2.0-Kernel panic - not syncing) ...',
  },
  {
    id: 'kernel.boot-loop',
    family: 'kernel',
    kind: 'error',
    phase: 'booting',
    times: 3,
    regex: /^\[ +0\.000000\] Linux version \d/,
    meaning: 'the guest boots its kernel again and again',
    remedy:
      'The console before each start tells why; a kernel that resets itself (CPU model, memory) and a boot order that leads back to the medium are usual.',
    sample: {
      from: 'documented',
      text: '[    0.000000] Linux version 6.12.48\n[    0.000000] Linux version 6.12.48\n[    0.000000] Linux version 6.12.48\n',
    },
    never: '[    9.120000] Linux version 6.12.48 is installed',
  },
  {
    id: 'kernel.oom-killer',
    family: 'kernel',
    kind: 'error',
    phase,
    regex: kernelSaysTimed(/Out of memory(?: and no killable processes|: Kill(?:ed)? process \d+ \()/),
    meaning: 'the guest ran out of memory and the kernel killed a program of the installer',
    remedy: 'Raise memory in the template (--memory); installers need more than the system they install.',
    sample: {
      from: 'documented',
      text: '[  201.532104] Out of memory: Killed process 211 (anaconda) total-vm:912344kB, anon-rss:401220kB',
    },
    never: '[    0.061020] Memory: 480424K/523768K available (out of memory is another matter)',
  },
  {
    id: 'kernel.disk-error',
    family: 'kernel',
    kind: 'error',
    phase,
    regex: kernelSaysTimed(
      /(?:blk_update_request: )?(?:critical medium|I\/O) error, dev (?:vd|sd|hd|nvme)\w+, sector \d+ op 0x[01]/,
    ),
    meaning: 'the guest cannot read or write its disk',
    remedy: 'Check the free space and the health of the disk of this host where the build directory lies.',
    sample: {
      from: 'documented',
      text: '[   71.220113] I/O error, dev vda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2',
    },
    never: '[    8.100000] I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2',
  },
  {
    id: 'kernel.halted',
    family: 'kernel',
    kind: 'error',
    phase: 'the end',
    regex: kernelSaysTimed(/reboot: System halted$/),
    meaning: 'the guest halted instead of powering off, so QEMU never ends',
    remedy: 'Let the install script end with a power-off; the default of kickstart is `halt`.',
    mend: {
      settings: ['halt', 'debian-installer/exit/halt', 'shutdown'],
      instead: {
        kickstart: 'poweroff',
        preseed: 'd-i debian-installer/exit/poweroff boolean true',
        autoinstall: 'shutdown: poweroff',
      },
    },
    sample: { from: 'documented', text: '[  99.000001] reboot: System halted' },
    never: 'reboot: System halted',
  },
  {
    id: 'kernel.power-down',
    family: 'kernel',
    kind: 'ending',
    phase: 'the end',
    regex: /reboot: Power down|^Requesting system poweroff|^Powering off\.$/,
    meaning: 'the guest powers off',
    sample: { from: 'recorded', text: 'Requesting system poweroff' },
    never: 'power down the disk first',
  },
  {
    id: 'kernel.restart',
    family: 'kernel',
    kind: 'ending',
    phase: 'the end',
    regex: /reboot: Restarting system|^Requesting system reboot|^Rebooting\.$/,
    meaning: 'the guest restarts',
    sample: { from: 'documented', text: '[  50.000000] reboot: Restarting system' },
    never: 'Restarting system log daemon',
  },
];
