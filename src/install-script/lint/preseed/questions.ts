/** One of `any` must be answered, or debian-installer asks although its priority is critical (installation guide, appendix B). */
export type NeededAnswer = {
  readonly any: readonly string[];
  readonly what: string;
  readonly example: string;
};

const KEYMAPS = [
  'keyboard-configuration/xkb-keymap',
  'keyboard-configuration/layoutcode',
  'console-setup/layoutcode',
  'console-keymaps-at/keymap',
  'debian-installer/keymap',
];

export const NEEDED_ANSWERS: readonly NeededAnswer[] = [
  {
    any: ['debian-installer/locale', 'debian-installer/language'],
    what: 'language and country',
    example: 'd-i debian-installer/locale string en_US.UTF-8',
  },
  { any: KEYMAPS, what: 'the keyboard', example: 'd-i keyboard-configuration/xkb-keymap select us' },
  {
    any: ['partman-auto/method', 'partman-auto/init_automatically_partition'],
    what: 'how to divide the disk',
    example: 'd-i partman-auto/method string regular',
  },
  {
    any: ['partman-auto/choose_recipe', 'partman-auto/expert_recipe', 'partman-auto/expert_recipe_file'],
    what: 'the partitions',
    example: 'd-i partman-auto/choose_recipe select atomic',
  },
  {
    any: ['partman/choose_partition'],
    what: 'that partitioning is finished',
    example: 'd-i partman/choose_partition select finish',
  },
  {
    any: ['partman/confirm'],
    what: 'that the disk may be written to',
    example: 'd-i partman/confirm boolean true',
  },
  {
    any: ['partman/confirm_nooverwrite'],
    what: 'that the empty disk may be written to',
    example: 'd-i partman/confirm_nooverwrite boolean true',
  },
  {
    any: ['grub-installer/bootdev', 'grub-installer/only_debian'],
    what: 'where the boot loader goes',
    example: 'd-i grub-installer/bootdev string default',
  },
];

export const LVM_ANSWERS: readonly NeededAnswer[] = [
  {
    any: ['partman-lvm/confirm'],
    what: 'that LVM may be set up',
    example: 'd-i partman-lvm/confirm boolean true',
  },
  {
    any: ['partman-lvm/confirm_nooverwrite'],
    what: 'that LVM may be set up on an empty disk',
    example: 'd-i partman-lvm/confirm_nooverwrite boolean true',
  },
];

export const ROOT_ANSWER: NeededAnswer = {
  any: ['passwd/root-password', 'passwd/root-password-crypted'],
  what: "root's password",
  example: 'd-i passwd/root-password-crypted password {{root_password_hash}}',
};

export const USER_ANSWERS: readonly NeededAnswer[] = [
  { any: ['passwd/username'], what: "the user's name", example: 'd-i passwd/username string builder' },
  {
    any: ['passwd/user-fullname'],
    what: "the user's full name",
    example: 'd-i passwd/user-fullname string Builder',
  },
  {
    any: ['passwd/user-password', 'passwd/user-password-crypted'],
    what: "the user's password",
    example: 'd-i passwd/user-password-crypted password <output of openssl passwd -6>',
  },
];

/** What answers all of them where no user is wanted. */
export const NO_USER = 'd-i passwd/make-user boolean false';

/** Questions people answer, for recognising a mistyped one. */
export const KNOWN_QUESTIONS: readonly string[] = [
  ...NEEDED_ANSWERS.flatMap(({ any }) => any),
  ...LVM_ANSWERS.flatMap(({ any }) => any),
  ...ROOT_ANSWER.any,
  ...USER_ANSWERS.flatMap(({ any }) => any),
  ...(
    'debian-installer/add-kernel-opts debian-installer/allow_unauthenticated debian-installer/country ' +
    'debian-installer/exit/halt debian-installer/exit/poweroff debian-installer/quiet debian-installer/splash ' +
    'console-setup/ask_detect console-setup/charmap keyboard-configuration/toggle keyboard-configuration/variantcode ' +
    'netcfg/choose_interface netcfg/enable netcfg/disable_autoconfig netcfg/disable_dhcp netcfg/get_domain netcfg/get_gateway ' +
    'netcfg/get_hostname netcfg/get_ipaddress netcfg/get_nameservers netcfg/get_netmask netcfg/hostname netcfg/link_wait_timeout ' +
    'netcfg/dhcp_timeout netcfg/confirm_static network-console/password network-console/password-again network-console/start ' +
    'network-console/password-disabled hw-detect/load_firmware hw-detect/firmware-lookup cdrom-detect/eject ' +
    'mirror/country mirror/protocol mirror/suite mirror/codename mirror/udeb/suite mirror/http/hostname mirror/http/directory ' +
    'mirror/http/proxy mirror/https/hostname mirror/https/directory mirror/https/proxy ' +
    'clock-setup/utc clock-setup/ntp clock-setup/ntp-server time/zone ' +
    'passwd/root-login passwd/make-user passwd/root-password-again passwd/user-password-again passwd/user-uid ' +
    'passwd/user-default-groups user-setup/allow-password-weak user-setup/encrypt-home user-setup/allow-password-empty ' +
    'partman-auto/disk partman-auto/purge_lvm_from_device partman-auto-lvm/guided_size partman-auto-lvm/new_vg_name ' +
    'partman-auto-lvm/no_boot partman-lvm/device_remove_lvm partman-md/device_remove_md partman-md/confirm ' +
    'partman-md/confirm_nooverwrite partman-partitioning/choose_label partman-partitioning/default_label partman-partitioning/confirm_write_new_label ' +
    'partman-basicfilesystems/no_swap partman-basicmethods/method_only partman-efi/non_efi_system partman/mount_style ' +
    'partman/default_filesystem partman/early_command partman/alignment partman-crypto/passphrase ' +
    'partman-crypto/passphrase-again partman-auto-crypto/erase_disks ' +
    'base-installer/install-recommends base-installer/kernel/image base-installer/includes base-installer/kernel/override-image ' +
    'apt-setup/non-free apt-setup/contrib apt-setup/non-free-firmware apt-setup/disable-cdrom-entries apt-setup/use_mirror ' +
    'apt-setup/no_mirror apt-setup/services-select apt-setup/security_host apt-setup/security_path ' +
    'apt-setup/enable-source-repositories apt-setup/cdrom/set-first apt-setup/cdrom/set-next apt-setup/cdrom/set-failed ' +
    'apt-setup/cdrom/set-double apt-setup/local0/repository apt-setup/local0/comment apt-setup/local0/source apt-setup/local0/key ' +
    'apt-setup/universe apt-setup/multiverse apt-setup/restricted apt-setup/backports apt-setup/mirror/error ' +
    'tasksel/first pkgsel/include pkgsel/upgrade pkgsel/update-policy pkgsel/updatedb pkgsel/run_tasksel ' +
    'pkgsel/install-language-support pkgsel/language-packs popularity-contest/participate ' +
    'grub-installer/with_other_os grub-installer/force-efi-extra-removable grub-installer/timeout grub-installer/password ' +
    'grub-installer/password-crypted grub-installer/skip grub-installer/update-nvram grub-installer/make_active ' +
    'finish-install/keep-consoles finish-install/reboot_in_progress ' +
    'preseed/early_command preseed/late_command preseed/include preseed/include_command preseed/run preseed/include/checksum ' +
    'anna/choose_modules anna/no_kernel_modules rescue/enable lowmem/low oem-config/enable live-installer/net-image ' +
    'ubiquity/success_command'
  ).split(' '),
];
