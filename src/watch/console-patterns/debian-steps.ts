import type { ScriptMend } from '../console-pattern.ts';

export const MIRROR = [
  'mirror/http/hostname',
  'mirror/http/directory',
  'mirror/suite',
  'mirror/http/proxy',
] as const;
export const DISK = [
  'partman-auto/disk',
  'partman-auto/expert_recipe',
  'partman-auto/choose_recipe',
] as const;

const mend = (...settings: readonly string[]): ScriptMend => ({ settings });

/** Steps of the Debian installer's main menu that fail for what a preseed file says, by their titles there. */
export const DEBIAN_STEPS: Readonly<Record<string, ScriptMend>> = {
  'Configure the network': mend('netcfg/choose_interface', 'netcfg/get_hostname', 'netcfg/get_ipaddress'),
  'Choose a mirror of the Debian archive': mend(...MIRROR),
  'Download installer components': mend('anna/choose_modules', ...MIRROR),
  'Load installer components from installation media': mend('anna/choose_modules'),
  'Set up users and passwords': mend(
    'passwd/root-password',
    'passwd/root-password-crypted',
    'passwd/username',
    'passwd/user-fullname',
    'passwd/user-password',
    'passwd/user-password-crypted',
  ),
  'Configure the clock': mend('time/zone', 'clock-setup/ntp', 'clock-setup/ntp-server'),
  'Partition disks': mend('partman-auto/method', ...DISK, 'partman/early_command'),
  'Install the base system': mend('base-installer/kernel/image', 'base-installer/includes', ...MIRROR),
  'Configure the package manager': mend(
    'apt-setup/local0/repository',
    'apt-setup/services-select',
    ...MIRROR,
  ),
  'Select and install software': mend('pkgsel/include', 'tasksel/first', ...MIRROR),
  'Install the GRUB boot loader': mend(
    'grub-installer/bootdev',
    'grub-installer/choose_bootdev',
    'partman-auto/expert_recipe',
  ),
  'Finish the installation': mend('preseed/late_command'),
};
