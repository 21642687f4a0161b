import { readFile } from 'node:fs/promises';

/** Package managers host-packages/packages.txt has a column for, in its order. */
export const PACKAGE_MANAGERS = ['apt', 'dnf', 'zypper', 'pacman'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

const BY_DISTRIBUTION: Readonly<Record<string, PackageManager>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  centos: 'dnf',
  suse: 'zypper',
  opensuse: 'zypper',
  arch: 'pacman',
};

/** Reads ID and ID_LIKE of os-release(5), the more specific first. */
export function packageManagerOf(osRelease: string): PackageManager | undefined {
  const value = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1]?.toLowerCase() ?? '';
  const names = `${value('ID')} ${value('ID_LIKE')}`.split(/\s+/);
  const known = names.map((name) => BY_DISTRIBUTION[name]).filter((manager) => manager !== undefined);
  return known[0];
}

/** What this host installs packages with; undefined where the distribution is unknown to us. */
export async function hostPackageManager(file = '/etc/os-release'): Promise<PackageManager | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return packageManagerOf(text);
}

const INSTALL: Readonly<Record<PackageManager, string>> = {
  apt: 'apt-get install',
  dnf: 'dnf install',
  zypper: 'zypper install',
  pacman: 'pacman -S',
};

/** A line to paste into a shell, or words where the distribution is unknown. */
export function installAdvice(manager: PackageManager | undefined, packages: readonly string[]): string {
  if (manager === undefined) return `install ${packages.join(', ')} with your distribution's package manager`;
  return `sudo ${INSTALL[manager]} ${packages.join(' ')}`;
}
