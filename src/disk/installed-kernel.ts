export type InstalledKernel = { readonly version: string; readonly kernel: string; readonly initrd: string };

const KERNEL = /^(?:vmlinuz|vmlinux|Image|linux)-(.+)$/;
/** An image for emergencies, and files that lie beside kernels. */
const NOT_FOR_BOOTING = /rescue|\.(?:old|hmac|efi\.signed|sig)$/;

/** How distributions name the initrd of a kernel: Debian and Ubuntu, Fedora and its kin, SUSE. */
const INITRDS: readonly ((version: string) => string)[] = [
  (version) => `initrd.img-${version}`,
  (version) => `initramfs-${version}.img`,
  (version) => `initrd-${version}`,
];

/** The newest kernel of a /boot that has an initrd, by the names of its files. */
export function chooseKernel(names: readonly string[]): InstalledKernel | undefined {
  const kernels = names.flatMap((kernel): InstalledKernel[] => {
    const version = KERNEL.exec(kernel)?.[1];
    if (version === undefined || NOT_FOR_BOOTING.test(kernel)) return [];
    const initrd = INITRDS.map((name) => name(version)).find((name) => names.includes(name));
    return initrd === undefined ? [] : [{ version, kernel, initrd }];
  });
  return kernels.toSorted((a, b) => newestFirst(a.version, b.version))[0];
}

/** Numbers compare as numbers: 6.12 is newer than 6.9. */
function newestFirst(a: string, b: string): number {
  return new Intl.Collator('en', { numeric: true }).compare(b, a);
}
