import { type IniFile, parseIni } from './ini-file.ts';
import type { InstallerFamily, MediaFacts } from './install-media.ts';
import { readDiskInfo } from './read-disk-info.ts';
import type { MediaTree } from './tree/media-tree.ts';

/** What one kind of evidence tells; the first recogniser that knows a fact decides it. */
type Finding = {
  readonly osId?: string;
  readonly version?: string;
  readonly arch?: string;
  readonly family?: InstallerFamily;
  readonly why: string;
};

/** In `.disk/info` of the ISO that debian-offline/ assembles. */
const OWN_ISO = 'Kiln offline';

/**
 * Kiln's offline ISO needs no network and no mirror, and its index is not signed (it was checked when the ISO was made). Debian's own
 * media get none of these: they go on to a signed mirror.
 */
const OWN_ISO_ARGUMENTS = [
  'netcfg/enable=false',
  'apt-setup/use_mirror=false',
  'apt-setup/no_mirror=true',
  'debian-installer/allow_unauthenticated=true',
];

type Recogniser = (tree: MediaTree) => Promise<Finding | undefined>;

/** Beginning of a distribution's name on its media → Kiln's name of the system and its installer. */
const DISTRIBUTIONS: readonly (readonly [RegExp, string, InstallerFamily])[] = [
  [/^kiln test/i, 'kiln-test', 'test-installer'],
  [/^debian/i, 'debian', 'debian-installer'],
  [/^ubuntu/i, 'ubuntu', 'subiquity'],
  [/^fedora/i, 'fedora', 'anaconda'],
  [/^centos stream/i, 'centos-stream', 'anaconda'],
  [/^red hat enterprise/i, 'rhel', 'anaconda'],
  [/^alma/i, 'almalinux', 'anaconda'],
  [/^rocky/i, 'rocky', 'anaconda'],
  [/^oracle/i, 'ol', 'anaconda'],
];

/** Systems whose id holds the whole version (`ubuntu24.04`); the others only its first number, and a test system none. */
const WHOLE_VERSION = ['ubuntu'];

const RECOGNISERS: readonly Recogniser[] = [byTreeInfo, byDiskInfo, byDebianNetboot, byIpxe, bySuse, byLabel];

/** Looks at what lies on the media; never fails for media it does not know. */
export async function recogniseMedia(tree: MediaTree): Promise<MediaFacts> {
  const findings: Finding[] = [];
  for (const recognise of RECOGNISERS) {
    const finding = await recognise(tree);
    if (finding !== undefined) findings.push(finding);
  }
  const first = <K extends keyof Finding>(key: K): Finding[K] | undefined =>
    findings.find((finding) => finding[key] !== undefined)?.[key];
  const family = first('family');
  return {
    osId: first('osId'),
    version: first('version'),
    arch: first('arch'),
    family,
    volumeLabel: tree.volumeLabel,
    boots: tree.boots,
    kernelArguments: await mediaArguments(tree, family),
    why: findings.map(({ why }) => why),
  };
}

/** `.treeinfo`: Fedora, Red Hat's family, and all that productmd describes. */
async function byTreeInfo(tree: MediaTree): Promise<Finding | undefined> {
  const text = await tree.readText('.treeinfo');
  if (text === undefined) return undefined;
  const info = parseIni(text);
  const name = value(info, 'general', 'family') ?? value(info, 'release', 'name');
  const version = value(info, 'general', 'version') ?? value(info, 'release', 'version');
  const arch = value(info, 'general', 'arch') ?? value(info, 'tree', 'arch');
  return finding(`.treeinfo names ${name ?? 'no family'} ${version ?? ''}`.trimEnd(), name, version, arch);
}

async function byDiskInfo(tree: MediaTree): Promise<Finding | undefined> {
  const text = await tree.readText('.disk/info');
  const info = text === undefined ? undefined : readDiskInfo(text);
  if (info === undefined) return undefined;
  return finding(`.disk/info says ${text?.split('\n', 1)[0]}`, info.distribution, info.version, info.arch);
}

/** A Debian mirror's netboot folder, or one with `debian-installer/` in it. */
async function byDebianNetboot(tree: MediaTree): Promise<Finding | undefined> {
  for (const folder of ['debian-installer/amd64', 'current/images/netboot/debian-installer/amd64']) {
    if (await tree.exists(`${folder}/linux`)) {
      return { family: 'debian-installer', arch: 'x86_64', why: `it has ${folder}/linux` };
    }
  }
  return undefined;
}

async function byIpxe(tree: MediaTree): Promise<Finding | undefined> {
  for (const name of ['ipxe.krn', 'ipxe.lkrn', 'autoexec.ipxe']) {
    if (await tree.exists(name)) return { family: 'ipxe', why: `it has ${name}` };
  }
  return /ipxe/i.test(tree.volumeLabel ?? '')
    ? { family: 'ipxe', why: `its volume label is ${tree.volumeLabel}` }
    : undefined;
}

async function bySuse(tree: MediaTree): Promise<Finding | undefined> {
  const products = await tree.readText('media.1/products');
  if (products !== undefined) {
    const why = `media.1/products names ${products.split('\n', 1)[0]}`;
    const version = /-(\d+(?:\.\d+)*)/.exec(products)?.[1];
    const osId = /leap/i.test(products) && version ? `opensuse${version}` : undefined;
    return {
      family: 'autoyast',
      why,
      ...(version === undefined ? {} : { version }),
      ...(osId === undefined ? {} : { osId }),
    };
  }
  return (await tree.exists('boot/x86_64/loader/linux'))
    ? { family: 'autoyast', arch: 'x86_64', why: 'it has boot/x86_64/loader/linux' }
    : undefined;
}

/** Labels such as `Fedora-S-dvd-x86_64-41`, `Debian 13.1.0 amd64 n`, `AlmaLinux-9-4-x86_64-dvd`. */
async function byLabel(tree: MediaTree): Promise<Finding | undefined> {
  const label = tree.volumeLabel ?? '';
  const known = DISTRIBUTIONS.some(([pattern]) => pattern.test(label));
  if (!known) return undefined;
  const version = /(?:^|[\s-])(\d+(?:\.\d+)*)(?![\w])/.exec(label)?.[1];
  return finding(`its volume label is ${label}`, label, version, /x86_64|aarch64/.exec(label)?.[0]);
}

function finding(
  why: string,
  name: string | undefined,
  version: string | undefined,
  arch: string | undefined,
): Finding {
  const known = DISTRIBUTIONS.find(([pattern]) => pattern.test(name ?? ''));
  const osId = known === undefined ? undefined : osIdOf(known[1], version);
  return {
    why,
    ...(osId === undefined ? {} : { osId }),
    ...(known === undefined ? {} : { family: known[2] }),
    ...(version === undefined ? {} : { version }),
    ...(arch === undefined ? {} : { arch }),
  };
}

function osIdOf(name: string, version: string | undefined): string | undefined {
  if (name === 'kiln-test') return name;
  if (version === undefined) return undefined;
  return name + (WHOLE_VERSION.includes(name) ? version : (version.split('.', 1)[0] ?? ''));
}

/** What this very medium asks for besides its family's arguments (those are in os/kernel-arguments.ts). */
async function mediaArguments(tree: MediaTree, family: InstallerFamily | undefined): Promise<string[]> {
  if (family === 'anaconda' && tree.volumeLabel !== undefined) {
    // Anaconda finds its second stage on the CD by label; a space is written \x20 (dracut.cmdline(7)).
    return [`inst.stage2=hd:LABEL=${tree.volumeLabel.replaceAll(' ', '\\x20')}`];
  }
  const info = family === 'debian-installer' ? await tree.readText('.disk/info') : undefined;
  return info?.includes(OWN_ISO) ? OWN_ISO_ARGUMENTS : [];
}

function value(info: IniFile, section: string, key: string): string | undefined {
  return info.get(section)?.get(key) || undefined;
}
