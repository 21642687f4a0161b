import { type ScriptSite, targetRoot } from '../marker.ts';
import type { CommonValues } from './common-options.ts';

/** A command that runs inside the new system, wherever the installer has it mounted. */
const inside = (site: ScriptSite): string => (targetRoot(site) === '' ? '' : `chroot ${targetRoot(site)} `);

/** A subshell: `set -e` passes over a failure inside a list joined by `&&`, and not over that of a subshell. */
const together = (commands: readonly string[]): string => `( ${commands.join(' && ')} )`;

/**
 * One line of shell that makes the user, gives the keys and lets the user become root; `true` when there is neither. Single quotes but
 * no double ones, backslashes or `$`, so that it can stand in a preseed line or a quoted YAML text.
 */
export function accessCommand(site: ScriptSite, { user, sshKeys }: CommonValues): string {
  const root = targetRoot(site);
  const run = inside(site);
  const home = user === '' ? '/root' : `/home/${user}`;
  const account =
    user === ''
      ? []
      : [
          `${run}useradd -m -s /bin/bash ${user}`,
          `mkdir -p ${root}/etc/sudoers.d`,
          `echo '${user} ALL=(ALL) NOPASSWD: ALL' > ${root}/etc/sudoers.d/90-${user}`,
          `chmod 440 ${root}/etc/sudoers.d/90-${user}`,
        ];
  const keys =
    sshKeys.length === 0
      ? []
      : [
          `mkdir -p ${root}${home}/.ssh`,
          ...sshKeys.map((key) => `echo '${key}' >> ${root}${home}/.ssh/authorized_keys`),
          `chmod 700 ${root}${home}/.ssh`,
          `chmod 600 ${root}${home}/.ssh/authorized_keys`,
          ...(user === '' ? [] : [`${run}chown -R ${user}: ${home}/.ssh`]),
          // SELinux: what a script writes has the installer's label.
          ...(site.kind === 'kickstart' ? [`{ test ! -x /sbin/restorecon || restorecon -RF ${home}; }`] : []),
        ];
  const commands = [...account, ...keys];
  return commands.length === 0 ? 'true' : together(commands);
}

/**
 * One line of shell, for preseed, that gives the mirror to the apt of a system which was installed without any: from media that bring all
 * packages, the installer leaves it none. `true` without a mirror.
 */
export function aptSourceCommand(site: ScriptSite, { mirror }: Pick<CommonValues, 'mirror'>): string {
  if (mirror === '') return 'true';
  const etc = `${targetRoot(site)}/etc`;
  const write = `( . ${etc}/os-release && echo 'deb ${mirror} '$VERSION_CODENAME' main' > ${etc}/apt/sources.list.d/mirror.list )`;
  return `if ! grep -s '^deb ' ${etc}/apt/sources.list | grep -qv cdrom:; then ${write}; fi`;
}

/** debian-installer leaves five seconds, and after an install on the serial console a menu that is shown there alone (grub-installer). */
const BOOT_MENU = [
  's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=1/',
  's/set timeout=5$/set timeout=1/',
  's/^GRUB_TERMINAL=serial$/GRUB_TERMINAL="console serial"/',
  's/^terminal_input serial$/terminal_input console serial/',
  's/^terminal_output serial$/terminal_output console serial/',
];

/** One line of shell, for preseed and kickstart, that has GRUB's menu shown for a second, on the screen too. */
export function bootMenuCommand(site: ScriptSite): string {
  const root = targetRoot(site);
  const edits = BOOT_MENU.map((edit) => `-e '${edit}'`).join(' ');
  return `for f in ${root}/etc/default/grub ${root}/boot/grub/grub.cfg; do if [ -f $f ]; then sed -i ${edits} $f; fi; done`;
}

/** Written by installers after the script's last command; removed when the system starts (tmpfiles.d(5), `R!`). */
const WRITTEN_LATER = ['/var/log/installer', '/var/log/anaconda', '/var/log/YaST2', '/var/adm/autoinstall'];

/** Bound to this very machine, secret, or noise: what every copy of an image must make anew or be without. */
const FILES = [
  '/etc/ssh/ssh_host_*',
  '/etc/udev/rules.d/70-persistent-net.rules',
  '/etc/NetworkManager/system-connections/*',
  '/etc/netplan/*.yaml',
  '/etc/cloud/cloud-init.disabled',
  '/etc/cloud/ds-identify.cfg',
  '/etc/cloud/cloud.cfg.d/*installer*.cfg',
  '/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg',
  '/var/lib/dbus/machine-id',
  '/var/lib/systemd/random-seed',
  '/root/.bash_history',
  '/root/anaconda-ks.cfg',
  '/root/original-ks.cfg',
];
const FOLDERS = [
  '/var/lib/cloud/*',
  '/var/lib/dhcp/*',
  '/var/lib/dhclient/*',
  '/var/lib/NetworkManager/*',
  '/var/log/anaconda',
  '/tmp/*',
  '/var/tmp/*',
];

/**
 * cloud-init looks for these; with None it goes on without metadata, and so makes host keys and sets up DHCP on whatever network device
 * there is. Ec2 is asked on Amazon's own machines alone: elsewhere its address would be waited for at every first boot.
 */
const DATA_SOURCES = [
  'datasource_list: [NoCloud, ConfigDrive, OpenStack, Ec2, None]',
  'datasource: {Ec2: {strict_id: true}}',
];
/** Else its generator leaves cloud-init out where no source is in sight, None or not (ds-identify, "POLICY"). */
const WITHOUT_SOURCE = 'policy: search,found=all,maybe=all,notfound=enabled';

/** One line of shell that makes an image of an installation; same quoting as `accessCommand`. */
export function cleanCommand(site: ScriptSite): string {
  const root = targetRoot(site);
  const at = (paths: readonly string[]): string => paths.map((path) => root + path).join(' ');
  const cloud = `${root}/etc/cloud`;
  const sources = DATA_SOURCES.map((line) => `echo '${line}'`).join('; ');
  const later = WRITTEN_LATER.map((path) => `echo R! ${path}`).join('; ');
  return together([
    `rm -f ${at(FILES)}`,
    `rm -rf ${at(FOLDERS)}`,
    `{ test ! -e ${root}/etc/machine-id || : > ${root}/etc/machine-id; }`,
    `{ test ! -d ${cloud}/cloud.cfg.d || { ${sources}; } > ${cloud}/cloud.cfg.d/90-data-sources.cfg; }`,
    `{ test ! -d ${cloud} || echo '${WITHOUT_SOURCE}' > ${cloud}/ds-identify.cfg; }`,
    `{ test ! -d ${root}/etc/tmpfiles.d || { ${later}; } > ${root}/etc/tmpfiles.d/installer-leftovers.conf; }`,
    `${inside(site)}find /var/log -type f -exec truncate -s 0 {} +`,
  ]);
}
