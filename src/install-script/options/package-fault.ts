import type { InstallScriptKind } from '../../spec/build-spec.ts';

/** Kinds of script whose packages apt installs; kickstart may be for Debian too, which its kind does not tell. */
const OF_APT: readonly (InstallScriptKind | undefined)[] = ['preseed', 'autoinstall'];

/**
 * What apt would take for something else than a package, as the end of a sentence. A `+` behind a name is for apt to judge: there are
 * packages such as g++.
 */
export function packageFault(packages: string, kind?: InstallScriptKind): string | undefined {
  if (!OF_APT.includes(kind)) return undefined;
  const faults = packages.split(/\s+/).map(nameFault);
  return faults.find((fault) => fault !== undefined);
}

function nameFault(name: string): string | undefined {
  if (name.startsWith('@'))
    return `has ${name}, a group of dnf that apt does not know; name the packages that it stands for`;
  return name.endsWith('-') ? `has ${name}, with which apt removes a package; leave the - out` : undefined;
}
