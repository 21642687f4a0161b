/** For each pattern and progress rule: a line it must match and one that looks alike and must not match. */
export const EXAMPLES: Readonly<Record<string, { readonly match: string; readonly not: string }>> = {
  'kernel.no-root': {
    match: '[    1.9] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    not: '[    1.9] VFS: Mounted root (ext4 filesystem) readonly on device 254:1.',
  },
  'kernel.out-of-memory': {
    match: '[   4.123456] Kernel panic - not syncing: System is deadlocked on memory',
    not: '[   4.123456] Out of memory: Killed process 211 (anaconda)',
  },
  'kernel.panic': {
    match: '[   23.609126] Kernel panic - not syncing: Fatal exception in interrupt',
    not: '[   23.619004] ---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---',
  },
  'kernel.halted': { match: '[  99.000001] reboot: System halted', not: 'reboot: Power down' },
  'kernel.power-down': { match: '[ 1264.100000] reboot: Power down', not: 'power down the disk first' },
  'kernel.restart': { match: '[  50.000000] reboot: Restarting system', not: 'Restarting system log daemon' },
  'firmware.seabios-no-device': { match: 'No bootable device.', not: 'Found no bootable devices list' },
  'firmware.seabios-boot-failed': {
    match: 'Boot failed: not a bootable disk',
    not: 'Boot failed over to the second mirror',
  },
  'firmware.uefi-no-option': {
    match: 'BdsDxe: No bootable option or device was found.',
    not: 'BdsDxe: starting Boot0001 "UEFI QEMU DVD-ROM"',
  },
  'firmware.uefi-shell': { match: 'Shell>', not: 'Shell> is the prompt of the firmware' },
  'firmware.ipxe': {
    match: 'Nothing to boot: No such file or directory (http://ipxe.org/2d03e13b)',
    not: 'iPXE initialising devices...ok',
  },
  'firmware.grub': { match: 'grub rescue>', not: 'Installing grub rescue packages' },
  'firmware.isolinux': {
    match: 'SYSLINUX 6.04 EDD No DEFAULT or UI configuration directive found!',
    not: 'ISOLINUX 6.04 20200816  Copyright (C) 1994-2015 H. Peter Anvin et al',
  },
  'firmware.dracut-emergency': {
    match: 'Entering emergency mode. Exit the shell to continue.',
    not: 'dracut: Mounted root filesystem /dev/vda2',
  },
  'firmware.initramfs-shell': { match: '(initramfs)', not: 'update-initramfs: Generating /boot/initrd.img' },
  'firmware.emergency-mode': {
    match: 'You are in emergency mode. After logging in, type "journalctl -xb" to view',
    not: 'Reached target emergency.target - Emergency Mode.',
  },
  'generic.question': { match: 'Serial number of the licence:', not: 'boot:' },
  'test-installer.error': {
    match: 'KILN TEST INSTALLER ERROR: disk /dev/vda is too small (50 MiB, 100 MiB needed)',
    not: 'KILN TEST INSTALLER finished, action: poweroff',
  },
  'test-installer.choose-disk': {
    match: 'Please choose the disk to install to:',
    not: 'Please choose the disk to install to: vda',
  },
  'test-installer.confirm': {
    match: 'Do you really want this? [yes/no]',
    not: 'Do you really want this? yes',
  },
  'debian-installer.preseeded-command': {
    match: '!! ERROR: Failed to run preseeded command',
    not: 'Running preseeded command',
  },
  'debian-installer.no-root-file-system': {
    match: '!! ERROR: No root file system',
    not: 'No root file system is defined.',
  },
  'debian-installer.disk-too-small': {
    match: '!! ERROR: Failed to partition the selected disk',
    not: 'Partitioning the selected disk',
  },
  'debian-installer.bad-mirror': {
    match: '!! ERROR: Bad archive mirror',
    not: 'Checking the Debian archive mirror  ... 25%',
  },
  'debian-installer.package': {
    match: '!! ERROR: Unable to install busybox',
    not: '!! ERROR: Unable to install GRUB in /dev/sda',
  },
  'debian-installer.boot-loader': {
    match: '!! ERROR: Unable to install GRUB in /dev/sda',
    not: '!! ERROR: Unable to install busybox',
  },
  'debian-installer.preconfiguration-file': {
    match: '!! ERROR: Failed to retrieve the preconfiguration file',
    not: 'Download debconf preconfiguration file',
  },
  'debian-installer.error': {
    match: '!! ERROR: Installation step failed',
    not: 'An error was returned while trying to install the busybox package onto the',
  },
  'debian-installer.root-password': {
    match: 'Root password:',
    not: "To allow direct password-based access via the 'root' account, you can set the",
  },
  'debian-installer.user-fullname': {
    match: 'Full name for the new user:',
    not: 'A user account will be created for you',
  },
  'debian-installer.user-password': {
    match: 'Choose a password for the new user:',
    not: 'A good password will contain a mixture of letters',
  },
  'debian-installer.preseed-location': {
    match: 'Location of initial preconfiguration file:',
    not: 'In order to perform an automated install, you need to supply a preconfiguration',
  },
  'debian-installer.media-mount': {
    match: 'Retry mounting installation media?',
    not: 'Detect and mount installation media',
  },
  'debian-installer.download': { match: 'Downloading a file failed:', not: 'Downloading a file' },
  'debian-installer.hostname': { match: 'Hostname:', not: 'Hostname: kiln' },
  'debian-installer.domain-name': { match: 'Domain name:', not: 'Domain name: example.org' },
  'debian-installer.name-server': { match: 'Name server addresses:', not: 'Name servers are looked up' },
  'debian-installer.mirror-country': {
    match: 'Debian archive mirror country:',
    not: 'Checking the Debian archive mirror',
  },
  'debian-installer.proxy': {
    match: 'HTTP proxy information (blank for none):',
    not: 'HTTP proxy is not set',
  },
  'debian-installer.partition-method': { match: 'Partitioning method:', not: 'Guided partitioning  ... 20%' },
  'debian-installer.write-changes': {
    match: 'Write the changes to disks?',
    not: 'If you continue, the changes listed below will be written to the disks.',
  },
  'debian-installer.main-menu': {
    match: 'Debian installer main menu',
    not: 'Go back to the Debian installer main menu',
  },
  'debian-installer.press-enter': {
    match: 'Please try a different one.[Press enter to continue]',
    not: '[Press enter to continue] pressed',
  },
  'debian-installer.question': { match: "Prompt: '?' for help, default=13>", not: "Prompt: '?' for help> 1" },
  'anaconda.kickstart-syntax': {
    match: 'The following problem occurred on line 12 of the kickstart file:',
    not: 'Reading line 12 of the kickstart file',
  },
  'anaconda.stopped': {
    match:
      'The installation was stopped due to an error which occurred while running in non-interactive cmdline mode.',
    not: 'The installation was started in non-interactive cmdline mode',
  },
  'anaconda.exception': {
    match: 'anaconda 34.25.4.9 exception report',
    not: 'anaconda 34.25.4.9-1.el9 for CentOS Stream 9 started.',
  },
  'anaconda.payload': {
    match: 'Error setting up base repository',
    not: 'Setting up base repository',
  },
  'anaconda.storage': { match: 'storage configuration failed: sda', not: 'Configuring storage' },
  'anaconda.no-space': {
    match:
      'Not enough space in file systems for the current software selection. An additional 2.1 GiB is needed.',
    not: 'Checking space in file systems',
  },
  'anaconda.packages': {
    match: 'Some packages, groups or modules are missing.',
    not: 'Some packages were downgraded',
  },
  'anaconda.mandatory-spokes': {
    match: 'The following mandatory spokes are not completed:',
    not: 'All mandatory spokes are completed',
  },
  'anaconda.script': {
    match: 'There was an error running the kickstart script at line 40.',
    not: 'Running post-installation scripts',
  },
  'anaconda.stage2': {
    match: "dracut-initqueue[701]: Warning: can't find installer main image path in .treeinfo",
    not: 'dracut-initqueue[701]: anaconda: found /run/install/repo',
  },
  'anaconda.ignore': {
    match: 'Would you like to ignore this and continue with installation?',
    not: 'Ignoring this, the installation continues',
  },
  'anaconda.hub': {
    match: "Please make a selection from the above ['b' to begin installation, 'q' to quit, 'r' to refresh]:",
    not: 'The selection above was made',
  },
  'anaconda.yes-no': { match: "Please respond 'yes' or 'no':", not: 'yes or no' },
  'anaconda.press-enter': { match: 'Press ENTER to continue', not: 'ENTER was pressed to continue' },
  'subiquity.confirm': { match: 'Continue with autoinstall? (yes|no)', not: 'autoinstall continues' },
  'subiquity.error': {
    match: 'An error occurred. Press enter to start a shell',
    not: 'finish: subiquity/Error: SUCCESS',
  },
  'subiquity.validation': {
    match: "Malformed autoinstall in 'version or interactive-sections' section",
    not: 'autoinstall found in cloud-config',
  },
  'test-installer.started': {
    match: 'KILN TEST INSTALLER 1.0 starting',
    not: 'starting the KILN TEST INSTALLER',
  },
  'test-installer.step': {
    match: 'Installing: base system ... 25%',
    not: 'Installing the base system  ... 25%',
  },
  'debian-installer.phase': {
    match: 'Installing the base system  ... 0%... 6%... 17%',
    not: '... 17%',
  },
  'anaconda.package': { match: 'Installing bash.x86_64 (12/345)', not: 'Installing boot loader' },
  'anaconda.downloading': {
    match: 'Downloading 345 RPMs, 12.3 MiB / 420.5 MiB (3%) done.',
    not: 'Downloading packages',
  },
  'anaconda.started': {
    match: 'anaconda 34.25.4.9-1.el9 for CentOS Stream 9 started.',
    not: 'the anaconda has started to move',
  },
  'anaconda.phase': { match: 'Installing boot loader', not: 'The boot loader is installed' },
  'subiquity.step': {
    match: 'start: subiquity/Install/install/curtin_install: installing system',
    not: 'finish: subiquity/Install/install/curtin_install: SUCCESS: installing system',
  },
  'fai.task': { match: 'Calling task_instsoft', not: 'Exit code task_chboot: 2' },
};
