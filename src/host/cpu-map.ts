import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseXml } from '../foundation/parse-xml.ts';
import { allNodes, childrenOf, type XmlNode } from '../foundation/xml-node.ts';

/** The names of x86 processors that libvirt takes (its CPU map). It tells capitals from small letters. */
export type CpuMap = {
  readonly models: readonly string[];
  readonly features: readonly string[];
  /** What QEMU or the kernel call a feature, to what libvirt calls it: `sse4_1` → `sse4.1`. */
  readonly aliases: ReadonlyMap<string, string>;
};

/** Where packages of libvirt have it (`virt_pkg_data_dir` of its meson.build). */
const FOLDER = '/usr/share/libvirt/cpu_map';

/** What libvirt on this machine knows; undefined where its map is not to be had: libvirt itself must be asked then. */
export async function readCpuMap(folder = FOLDER): Promise<CpuMap | undefined> {
  try {
    const index = await readElements(join(folder, 'index.xml'));
    const arch = childrenOf(index, 'arch').find(({ attributes }) => attributes.get('name') === 'x86');
    const included = allNodes(arch).filter(({ name }) => name === 'include');
    const files = included.flatMap(({ attributes }) => attributes.get('filename') ?? []);
    const nodes = (await Promise.all(files.map((file) => readElements(join(folder, file))))).flatMap(
      allNodes,
    );
    const map = {
      models: namesOf(nodes, 'model'),
      features: namesOf(nodes, 'feature'),
      aliases: aliasesIn(nodes),
    };
    return map.models.length > 0 && map.features.length > 0 ? map : undefined;
  } catch {
    // Not installed, or of another form some day: then only libvirt knows.
    return undefined;
  }
}

const readElements = async (path: string): Promise<XmlNode> => parseXml(await readFile(path, 'utf8'));

function namesOf(nodes: readonly XmlNode[], element: string): readonly string[] {
  const named = nodes.filter(({ name }) => name === element);
  return [...new Set(named.flatMap(({ attributes }) => attributes.get('name') ?? []))];
}

function aliasesIn(nodes: readonly XmlNode[]): CpuMap['aliases'] {
  const nameOf = ({ attributes }: XmlNode): string => attributes.get('name') ?? '';
  const pairs = nodes.flatMap((node) =>
    childrenOf(node, 'alias').map((alias) => [nameOf(alias), nameOf(node)] as const),
  );
  return new Map(pairs);
}
