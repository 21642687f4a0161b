import { parseXml } from '../foundation/parse-xml.ts';
import { childOf, childrenOf, nodeAt, textAt, type XmlNode } from '../foundation/xml-node.ts';
import type { OsFacts, Resources } from './os-facts.ts';

/** One `<os>` of libosinfo's database as it stands in its file, without what it inherits. */
export type OsEntry = {
  readonly id: string;
  readonly shortIds: readonly string[];
  /** In no language of its own. */
  readonly title?: string;
  readonly released?: string;
  readonly endOfLife?: string;
  readonly family?: string;
  readonly distro?: string;
  /** Ids of its relatives. */
  readonly derivesFrom: readonly string[];
  readonly clones: readonly string[];
  readonly upgrades: readonly string[];
  readonly devices: readonly { readonly id: string; readonly supported: boolean }[];
  readonly minimum: readonly Resources[];
  readonly recommended: readonly Resources[];
  readonly networkInstall: readonly Resources[];
  /** Architectures whose resources are those of its relatives. */
  readonly inheritsResourcesOf: readonly string[];
  readonly firmware: OsFacts['firmware'];
  readonly sourceArgument?: string;
  readonly media: readonly OsEntryMedia[];
};

export type OsEntryMedia = {
  readonly arch: string;
  readonly kernel?: string;
  readonly initrd?: string;
  /** Regular expressions for texts of the ISO. */
  readonly iso?: { readonly volumeId?: string; readonly systemId?: string; readonly publisherId?: string };
};

/** Reads a file of the database (libosinfo's osinfo.rng). @throws Error when it is not well-formed or has no `<os>` */
export function readOsEntry(text: string): OsEntry {
  const os = childOf(parseXml(text), 'os');
  const id = os?.attributes.get('id');
  if (os === undefined || id === undefined) throw new Error('it has no <os> with an id');
  return {
    id,
    shortIds: childrenOf(os, 'short-id').map(({ text: shortId }) => shortId),
    ...textsOf(os, {
      title: 'name',
      released: 'release-date',
      endOfLife: 'eol-date',
      family: 'family',
      distro: 'distro',
      sourceArgument: 'kernel-url-argument',
    }),
    derivesFrom: idsOf(os, 'derives-from'),
    clones: idsOf(os, 'clones'),
    upgrades: idsOf(os, 'upgrades'),
    devices: childrenOf(nodeAt(os, 'devices') ?? os, 'device').map((device) => ({
      id: device.attributes.get('id') ?? '',
      supported: device.attributes.get('supported') !== 'false',
    })),
    minimum: resourcesOf(os, 'minimum'),
    recommended: resourcesOf(os, 'recommended'),
    networkInstall: resourcesOf(os, 'network-install'),
    inheritsResourcesOf: childrenOf(os, 'resources')
      .filter((node) => node.attributes.get('inherit') === 'true')
      .map((node) => node.attributes.get('arch') ?? 'all'),
    firmware: childrenOf(os, 'firmware').map((node) => ({
      arch: node.attributes.get('arch') ?? 'all',
      type: node.attributes.get('type') ?? '',
      supported: node.attributes.get('supported') !== 'false',
    })),
    media: childrenOf(os, 'media').map(mediaOf),
  };
}

function mediaOf(node: XmlNode): OsEntryMedia {
  const iso = childOf(node, 'iso');
  return {
    arch: node.attributes.get('arch') ?? 'all',
    ...textsOf(node, { kernel: 'kernel', initrd: 'initrd' }),
    ...(iso === undefined ? {} : { iso: textsOf(iso, ISO_TEXTS) }),
  };
}

const ISO_TEXTS = { volumeId: 'volume-id', systemId: 'system-id', publisherId: 'publisher-id' } as const;

/** The texts of children by their names; those in a language of their own are translations. */
function textsOf<K extends string>(
  node: XmlNode,
  names: Readonly<Record<K, string>>,
): { [key in K]?: string } {
  const found: { [key in K]?: string } = {};
  for (const key in names) {
    const child = childrenOf(node, names[key]).find(({ attributes }) => !attributes.has('xml:lang'));
    const text = child?.text.trim();
    if (text) found[key] = text;
  }
  return found;
}

function idsOf(os: XmlNode, name: string): string[] {
  return childrenOf(os, name).flatMap((node) => node.attributes.get('id') ?? []);
}

function resourcesOf(os: XmlNode, kind: string): Resources[] {
  return childrenOf(os, 'resources').flatMap((node): Resources[] => {
    const amounts = childOf(node, kind);
    if (amounts === undefined) return [];
    const ramBytes = numberAt(amounts, 'ram');
    const processors = numberAt(amounts, 'n-cpus');
    const storageBytes = numberAt(amounts, 'storage');
    return [
      {
        arch: node.attributes.get('arch') ?? 'all',
        ...(ramBytes === undefined ? {} : { ramBytes }),
        ...(processors === undefined ? {} : { processors }),
        ...(storageBytes === undefined ? {} : { storageBytes }),
      },
    ];
  });
}

function numberAt(node: XmlNode, name: string): number | undefined {
  const text = textAt(node, name);
  return text === undefined || !/^\s*\d+\s*$/.test(text) ? undefined : Number(text);
}
