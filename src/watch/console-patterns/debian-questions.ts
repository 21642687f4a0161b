import type { ConsolePattern, ScriptMend } from '../console-pattern.ts';

/** Name in debconf, text on the screen, type and value of the line that answers it; the value `…` is the user's to know. */
type Question = readonly [name: string, text: string, answer: string, also?: readonly string[]];

/**
 * The questions of the Debian installer that an unattended install can meet, with the words of the installer's own
 * debconf templates. Their names are what a preseed file answers.
 */
const QUESTIONS: readonly Question[] = [
  ['debian-installer/locale', 'Language:', 'string en_US.UTF-8'],
  ['debian-installer/locale', 'System locale:', 'string en_US.UTF-8'],
  ['localechooser/preferred-locale', 'Country to base default locale settings on:', 'select en_US.UTF-8'],
  [
    'debian-installer/country',
    'Country, territory or area:',
    'string US',
    ['d-i debian-installer/locale string en_US.UTF-8'],
  ],
  [
    'debian-installer/country',
    'Continent or region:',
    'string US',
    ['d-i debian-installer/locale string en_US.UTF-8'],
  ],
  ['keyboard-configuration/xkb-keymap', 'Keymap to use:', 'select us'],
  ['keyboard-configuration/model', 'Keyboard model:', 'select pc105'],
  ['keyboard-configuration/layout', 'Country of origin for the keyboard:', 'select English (US)'],
  ['keyboard-configuration/variant', 'Keyboard layout:', 'select English (US)'],
  ['hw-detect/load_firmware', 'Load missing firmware from removable media?', 'boolean false'],
  ['hw-detect/load_media', 'Load missing drivers from removable media?', 'boolean false'],
  ['cdrom-detect/load_media', 'Load drivers from removable media?', 'boolean false'],
  [
    'cdrom-detect/manual_config',
    'Manually select a module and device for installation media?',
    'boolean false',
  ],
  ['cdrom-detect/cdrom_module', 'Module needed for accessing the installation media:', 'select none'],
  ['cdrom-detect/cdrom_device', 'Device file for accessing the installation media:', 'string /dev/sr0'],
  ['retriever/cdrom/error', 'Failed to copy file from installation media. Retry?', 'select Cancel'],
  ['anna/choose_modules', 'Installer components to load:', 'multiselect'],
  ['anna/no_kernel_modules', 'Continue the install without loading kernel modules?', 'boolean true'],
  [
    'ethdetect/module_select',
    'Driver needed by your Ethernet card:',
    'select no ethernet card',
    ['d-i netcfg/enable boolean false'],
  ],
  ['netcfg/choose_interface', 'Primary network interface:', 'select auto'],
  ['netcfg/dhcp_options', 'Network configuration method:', 'select Retry network autoconfiguration'],
  ['netcfg/no_default_route', 'Continue without a default route?', 'boolean true'],
  ['netcfg/get_ipaddress', 'IP address:', 'string …'],
  ['netcfg/get_netmask', 'Netmask:', 'string …'],
  ['netcfg/get_gateway', 'Gateway:', 'string …'],
  ['netcfg/get_nameservers', 'Name server addresses:', 'string …'],
  ['netcfg/confirm_static', 'Is this information correct?', 'boolean true'],
  ['netcfg/get_hostname', 'Hostname:', 'string unassigned-hostname'],
  ['netcfg/get_domain', 'Domain name:', 'string unassigned-domain'],
  ['netcfg/dhcp_hostname', 'DHCP hostname:', 'string'],
  ['mirror/protocol', 'Protocol for file downloads:', 'select http'],
  [
    'mirror/country',
    'Debian archive mirror country:',
    'string manual',
    ['d-i mirror/http/hostname string …', 'd-i mirror/http/directory string /debian'],
  ],
  ['mirror/http/mirror', 'Debian archive mirror:', 'select …', ['d-i mirror/country string manual']],
  [
    'mirror/http/hostname',
    'Debian archive mirror hostname:',
    'string …',
    ['d-i mirror/country string manual'],
  ],
  ['mirror/http/directory', 'Debian archive mirror directory:', 'string /debian'],
  ['mirror/http/proxy', 'HTTP proxy information (blank for none):', 'string'],
  ['mirror/suite', 'Debian version to install:', 'select stable'],
  ['mirror/no-default', 'Go back and try a different mirror?', 'boolean false'],
  ['passwd/root-login', 'Allow login as root?', 'boolean true'],
  [
    'passwd/root-password-crypted',
    'Root password:',
    'password <output of mkpasswd -m sha-512>',
    ['or: d-i passwd/root-login boolean false'],
  ],
  ['passwd/make-user', 'Create a normal user account now?', 'boolean false'],
  [
    'passwd/user-fullname',
    'Full name for the new user:',
    'string …',
    ['or, where root may log in: d-i passwd/make-user boolean false'],
  ],
  [
    'passwd/username',
    'Username for your account:',
    'string …',
    ['or, where root may log in: d-i passwd/make-user boolean false'],
  ],
  [
    'passwd/user-password-crypted',
    'Choose a password for the new user:',
    'password <output of mkpasswd -m sha-512>',
  ],
  ['clock-setup/utc', 'Is the system clock set to UTC?', 'boolean true'],
  ['clock-setup/ntp', 'Set the clock using NTP?', 'boolean true'],
  ['clock-setup/ntp-server', 'NTP server to use:', 'string …'],
  ['clock-setup/hwclock-wait', 'Wait another 30 seconds for hwclock to set the clock?', 'boolean false'],
  ['time/zone', 'Select your time zone:', 'string UTC'],
  [
    'partman-auto/method',
    'Partitioning method:',
    'string regular',
    ['d-i partman-auto/choose_recipe select atomic'],
  ],
  ['partman-auto/disk', 'Select disk to partition:', 'string /dev/vda'],
  ['partman-auto/choose_recipe', 'Partitioning scheme:', 'select atomic'],
  ['partman-auto-lvm/guided_size', 'Amount of volume group to use for guided partitioning:', 'string max'],
  ['partman-auto-lvm/new_vg_name', 'Name of the volume group for the new system:', 'string vg0'],
  ['partman-auto-lvm/no_boot', 'Continue installation without /boot partition?', 'boolean true'],
  ['partman-lvm/device_remove_lvm', 'Remove existing logical volume data?', 'boolean true'],
  [
    'partman-lvm/confirm',
    'Write the changes to disks and configure LVM?',
    'boolean true',
    ['d-i partman-lvm/confirm_nooverwrite boolean true'],
  ],
  ['partman-lvm/confirm_nochanges', 'Keep current partition layout and configure LVM?', 'boolean true'],
  ['partman-partitioning/confirm_write_new_label', 'Write a new empty partition table?', 'boolean true'],
  [
    'partman-partitioning/confirm_new_label',
    'Create new empty partition table on this device?',
    'boolean true',
  ],
  ['partman-partitioning/choose_label', 'Partition table type:', 'select gpt'],
  ['partman-partitioning/unknown_label', 'Continue with partitioning?', 'boolean true'],
  ['partman-basicfilesystems/no_swap', 'Do you want to return to the partitioning menu?', 'boolean false'],
  ['partman-basicfilesystems/no_mount_point', 'Do you want to resume partitioning?', 'boolean false'],
  ['partman-efi/non_efi_system', 'Force UEFI installation?', 'boolean true'],
  [
    'partman-efi/no_efi',
    'Go back to the menu and resume partitioning?',
    'boolean false',
    ['or make an EFI system partition in partman-auto/expert_recipe'],
  ],
  ['partman-basicmethods/method_only', 'Go back to the menu?', 'boolean false'],
  ['partman-ext3/boot_not_bootable', 'Return to the menu to set the bootable flag?', 'boolean false'],
  ['partman-ext3/boot_not_ext2_or_ext3', 'Go back to the menu and correct this problem?', 'boolean false'],
  ['partman-basicfilesystems/check_failed', 'Go back to the menu and correct errors?', 'boolean false'],
  [
    'partman/confirm',
    'Write the changes to disks?',
    'boolean true',
    ['d-i partman/confirm_nooverwrite boolean true', 'd-i partman/choose_partition select finish'],
  ],
  ['partman/confirm_nochanges', 'Continue with the installation?', 'boolean true'],
  ['base-installer/use_unclean_target', 'Proceed with installation to unclean target?', 'boolean true'],
  ['base-installer/kernel/image', 'Kernel to install:', 'string linux-image-amd64'],
  ['base-installer/kernel/skip-install', 'Continue without installing a kernel?', 'boolean true'],
  ['base-installer/initramfs-tools/driver-policy', 'Drivers to include in the initrd:', 'select most'],
  [
    'apt-setup/cdrom/set-first',
    'Scan extra installation media?',
    'boolean false',
    ['d-i apt-setup/cdrom/set-next boolean false', 'd-i apt-setup/cdrom/set-failed boolean false'],
  ],
  ['apt-setup/use_mirror', 'Use a network mirror?', 'boolean false'],
  ['apt-setup/no_mirror', 'Continue without a network mirror?', 'boolean true'],
  ['apt-setup/non-free', 'Use non-free software?', 'boolean false'],
  ['apt-setup/non-free-firmware', 'Use non-free firmware?', 'boolean true'],
  ['apt-setup/contrib', 'Use contrib software?', 'boolean false'],
  ['apt-setup/enable-source-repositories', 'Enable source repositories in APT?', 'boolean false'],
  ['apt-setup/services-select', 'Services to use:', 'multiselect security, updates'],
  ['apt-setup/local0/key', 'Downloading local repository key failed:', 'string http://…'],
  ['popularity-contest/participate', 'Participate in the package usage survey?', 'boolean false'],
  ['tasksel/first', 'Choose software to install:', 'multiselect standard'],
  ['pkgsel/update-policy', 'Updates management on this system:', 'select none'],
  [
    'grub-installer/only_debian',
    'Install the GRUB boot loader to your primary drive?',
    'boolean true',
    ['d-i grub-installer/with_other_os boolean true'],
  ],
  ['grub-installer/bootdev', 'Device for boot loader installation:', 'string /dev/vda'],
  [
    'grub-installer/force-efi-extra-removable',
    'Force GRUB installation to the EFI removable media path?',
    'boolean true',
  ],
  [
    'grub-installer/update-nvram',
    'Update NVRAM variables to automatically boot into Debian?',
    'boolean true',
  ],
  [
    'grub-installer/enable_os_prober_otheros_no',
    'Run os-prober automatically to detect and boot other OSes?',
    'boolean false',
  ],
  ['grub-installer/password-crypted', 'GRUB password:', 'password <output of grub-mkpasswd-pbkdf2>'],
  [
    'finish-install/reboot_in_progress',
    'Installation complete',
    'note',
    ['d-i debian-installer/exit/poweroff boolean true'],
  ],
];

/** How long explanations begin: on a drawn screen of 25 rows their end, and the question with it, is out of sight. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  'passwd/root-password-crypted': 'Some account needs to be available with administrative',
  'netcfg/no_default_route': 'The network autoconfiguration was successful. However',
  'apt-setup/non-free-firmware': 'Firmware is a kind of software providing low-level',
  'apt-setup/services-select': 'Debian has two services that provide updates',
  'base-installer/initramfs-tools/driver-policy': 'The primary function of an initrd is to allow',
  'grub-installer/bootdev': 'You need to make the newly installed system bootable',
  'grub-installer/force-efi-extra-removable': 'It seems that this computer is configured to boot via EFI',
  'grub-installer/enable_os_prober_otheros_no': 'GRUB can use the os-prober tool to attempt',
  'partman-auto-lvm/guided_size': 'You may use the whole volume group for guided',
  'partman-efi/non_efi_system': "This machine's firmware has started the installer in UEFI",
  'pkgsel/update-policy': 'Applying updates on a frequent basis is an important',
};

/** Answered by another setting too; one that is there is the line to look at. */
const DECIDED_BY: Readonly<Record<string, readonly string[]>> = {
  'debian-installer/country': ['debian-installer/locale'],
};

/** Where the answer itself would do harm: what to look at and to write instead. */
const INSTEAD: Readonly<Record<string, ScriptMend>> = {
  'base-installer/kernel/skip-install': {
    settings: ['base-installer/kernel/image', 'base-installer/kernel/skip-install'],
    add: ['d-i base-installer/kernel/image string linux-image-amd64'],
  },
};

/** What is asked although a setting answers it: what is wrong with that. */
const LOCALE =
  'Where the script gives a locale already, the installer does not take it: on the serial console it speaks English alone and wants `d-i debian-installer/language string en` and `d-i debian-installer/country string DE` besides. Write a locale of a language and a country that exist, without quotes, such as en_US.UTF-8 or de_DE.UTF-8.';
const REMEDIES: Readonly<Record<string, string>> = {
  'debian-installer/locale': LOCALE,
  'debian-installer/country': LOCALE,
};

/** Seen on a real console by this project (fixtures/consoles). */
const RECORDED = new Set(['Root password:']);

const isMessage = (text: string): boolean => /[^:?]$/.test(text);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const regexOf = ([name, text]: Question): RegExp => {
  const explanation = EXPLANATIONS[name];
  return new RegExp(`^(?:${escaped(text)}$${explanation === undefined ? '' : `|${escaped(explanation)}`})`);
};
const idOf = ([name, text]: Question, index: number): string => {
  const same = QUESTIONS.findIndex((other) => other[0] === name) === index;
  return same
    ? name
    : `${name}.${text
        .replace(/[^A-Za-z]+/g, '-')
        .replace(/-$/, '')
        .toLowerCase()}`;
};

/** What the text frontend shows below a question (cdebconf, text.c); a password has no help, a multiselect always has a default, if an empty one. */
function promptOf(answer: string, text: string): string {
  if (isMessage(text)) return '\n[Press enter to continue]';
  if (answer.startsWith('password')) return '';
  if (answer.startsWith('multiselect')) return "\nPrompt: '?' for help, default=1 2>";
  return answer.startsWith('boolean')
    ? "\n  1: Yes [*]  2: No\nPrompt: '?' for help, default=1>"
    : "\nPrompt: '?' for help>";
}

export const DEBIAN_QUESTION_PATTERNS: readonly ConsolePattern[] = QUESTIONS.map((question, index) => {
  const [name, text, answer, also = []] = question;
  return {
    id: `debian-installer.${idOf(question, index)}`,
    family: 'debian-installer',
    kind: 'prompt',
    phase: `the question ${name}`,
    regex: regexOf(question),
    meaning: isMessage(text) ? `it shows "${text}" and waits` : `it asks "${text}" (${name})`,
    ...(REMEDIES[name] === undefined ? {} : { remedy: REMEDIES[name] }),
    mend: INSTEAD[name] ?? {
      settings: [name, ...(DECIDED_BY[name] ?? [])],
      add: [`d-i ${name} ${answer}`, ...also],
    },
    sample: {
      from: RECORDED.has(text) ? 'recorded' : 'documented',
      text: `${text}${promptOf(answer, text)}`,
    },
    never: `${text} yes`,
  };
});
