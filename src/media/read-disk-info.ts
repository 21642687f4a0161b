/** What the first line of `.disk/info` says, on media of Debian and its kin. */
export type DiskInfo = {
  readonly distribution: string;
  readonly version: string;
  readonly arch: string | undefined;
};

/** Debian's words, and libvirt's. */
export const DEBIAN_ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  i386: 'i686',
  ppc64el: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/**
 * `Debian GNU/Linux 13.1.0 "Trixie" - Official amd64 NETINST 20250906-10:22`,
 * `Ubuntu-Server 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)`
 */
export function readDiskInfo(text: string): DiskInfo | undefined {
  const line = text.split('\n', 1)[0] ?? '';
  const match = /^(.+?) (\d[\w.]*)(?= |$)/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const word = line.split(/[\s/-]+/).find((part) => part in DEBIAN_ARCHITECTURES);
  return {
    distribution: match[1],
    version: match[2],
    arch: word === undefined ? undefined : DEBIAN_ARCHITECTURES[word],
  };
}
