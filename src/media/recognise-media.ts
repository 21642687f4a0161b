import { findOs } from '../os/find-os.ts';
import type { Distribution } from '../os/operating-system.ts';
import { DISTRIBUTIONS } from '../os/os-table.ts';
import { OWN_ISO_ARGUMENTS } from './added-arguments.ts';
import type { InstallerFamily, MediaFacts } from './install-media.ts';
import { DEBIAN_ARCHITECTURES, readDiskInfo } from './read-disk-info.ts';
import type { MediaTree } from './tree/media-tree.ts';
import { parseTreeInfo } from './tree-info.ts';

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

type Recogniser = (tree: MediaTree) => Promise<Finding | undefined>;

const RECOGNISERS: readonly Recogniser[] = [
  byCasper,
  byTreeInfo,
  byDiskInfo,
  byDebianNetboot,
  byIpxe,
  bySuse,
  byLabel,
];

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

/** Ubuntu 20.04 came with either installer; this folder is that of the live one. */
async function byCasper(tree: MediaTree): Promise<Finding | undefined> {
  return (await tree.exists('casper/vmlinuz'))
    ? { family: 'subiquity', why: 'it has casper/vmlinuz' }
    : undefined;
}

/** `.treeinfo`: Fedora, Red Hat's family, and all that productmd describes. */
async function byTreeInfo(tree: MediaTree): Promise<Finding | undefined> {
  const text = await tree.readText('.treeinfo');
  if (text === undefined) return undefined;
  const { family, version, arch } = parseTreeInfo(text, tree.name);
  return finding(
    `.treeinfo names ${family ?? 'no family'} ${version ?? ''}`.trimEnd(),
    family,
    version,
    arch,
  );
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
    const line = products.split('\n', 1)[0] ?? '';
    // "/ openSUSE-Leap 15.6-1": folder, name, version, release.
    const name = line.replace(/^\/\S*\s+/, '');
    const found = finding(`media.1/products names ${line}`, name, versionIn(name), undefined);
    return { ...found, family: found.family ?? 'autoyast' };
  }
  return (await tree.exists('boot/x86_64/loader/linux'))
    ? { family: 'autoyast', arch: 'x86_64', why: 'it has boot/x86_64/loader/linux' }
    : undefined;
}

/** Labels such as `Fedora-S-dvd-x86_64-41`, `Debian 13.1.0 amd64 n`, `AlmaLinux-9-4-x86_64-dvd`. */
async function byLabel(tree: MediaTree): Promise<Finding | undefined> {
  const label = tree.volumeLabel ?? '';
  if (distributionNamed(label) === undefined) return undefined;
  return finding(
    `its volume label is ${label}`,
    label,
    versionIn(label),
    /x86_64|aarch64|amd64|arm64/.exec(label)?.[0],
  );
}

/** The first number that stands alone: 9 of `RHEL-9-4-0-BaseOS-x86_64`, 42 of `Fedora-S-dvd-x86_64-42`. */
function versionIn(text: string): string | undefined {
  return /(?:^|[\s-]|SLES?)(\d+(?:\.\d+)*)(?![\w])/.exec(text)?.[1];
}

function distributionNamed(name: string): Distribution | undefined {
  return DISTRIBUTIONS.find(({ patterns }) => patterns.some((pattern) => pattern.test(name)));
}

function finding(
  why: string,
  name: string | undefined,
  version: string | undefined,
  arch: string | undefined,
): Finding {
  const known = distributionNamed(name ?? '');
  const osId = known === undefined ? undefined : osIdOf(known, version);
  const family = (osId === undefined ? undefined : findOs(osId)?.family) ?? known?.family;
  return {
    why,
    ...(osId === undefined ? {} : { osId }),
    ...(family === undefined ? {} : { family }),
    ...(version === undefined ? {} : { version }),
    ...(arch === undefined ? {} : { arch: DEBIAN_ARCHITECTURES[arch] ?? arch }),
  };
}

/** The id in Kiln's table; for a release that it does not have, the id it would have. */
function osIdOf({ idPrefix, versionParts }: Distribution, version: string | undefined): string | undefined {
  if (versionParts === 0) return idPrefix;
  if (version === undefined) return undefined;
  const id = idPrefix + version.split('.').slice(0, versionParts).join('.');
  const known = findOs(id);
  return known === undefined || known.generic ? id : known.id;
}

/** What this very medium asks for besides its family's arguments (those are in os/kernel-arguments.ts). */
async function mediaArguments(
  tree: MediaTree,
  family: InstallerFamily | undefined,
): Promise<readonly string[]> {
  if (family === 'anaconda' && tree.volumeLabel !== undefined) {
    // Anaconda finds its second stage on the CD by label; a space is written \x20 (dracut.cmdline(7)).
    return [`inst.stage2=hd:LABEL=${tree.volumeLabel.replaceAll(' ', '\\x20')}`];
  }
  const info = family === 'debian-installer' ? await tree.readText('.disk/info') : undefined;
  return info?.includes(OWN_ISO) ? OWN_ISO_ARGUMENTS : [];
}
