/** Users and groups of every Debian system (base-passwd): user-setup takes none of them. */
export const DEBIAN_ACCOUNTS: readonly string[] = (
  '_apt adm audio backup bin cdrom daemon dialout dip disk fax floppy games gnats irc kmem list lp mail man news nobody nogroup ' +
  'operator plugdev proxy root sasl shadow src staff sudo sync sys tape tty users utmp uucp video voice www-data'
).split(' ');

/** Those of Red Hat's (setup) and SUSE's (system-users) that Debian does not have. */
const OTHERS = 'ftp halt lock maildrop mem modem public shutdown trusted utempter wheel wwwrun';

/** Of systemd's basic.conf and of packages that are in most installations. */
const SERVICES =
  '_chrony _ssh chrony clock crontab dbus empower input kvm messagebus netdev polkitd postfix render rpc sgx ssh_keys sshd ' +
  'syslog tcpdump tss uuidd';

const ACCOUNTS: ReadonlySet<string> = new Set([...DEBIAN_ACCOUNTS, ...`${OTHERS} ${SERVICES}`.split(' ')]);

/** Whether some distribution has a user or group of this name by itself: useradd makes no second one, and no group for the user. */
export const isSystemAccount = (name: string): boolean => ACCOUNTS.has(name) || name.startsWith('systemd-');
