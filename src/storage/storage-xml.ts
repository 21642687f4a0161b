import { parseXml } from '../foundation/parse-xml.ts';
import { nodeAt, textAt, writeXml, type XmlNode, xmlNode } from '../foundation/xml-node.ts';
import type { NewPool, NewVolume } from './planned-disk.ts';

/** A pool of files in a folder (libvirt's formatstorage.html). */
export function poolXml({ name, target }: NewPool): string {
  const path = xmlNode('path', {}, target);
  return writeXml(
    xmlNode('pool', { type: 'dir' }, [xmlNode('name', {}, name), xmlNode('target', {}, [path])]),
  );
}

/** The same volume virt-install 4.1 asks for. */
export function volumeXml({ name, capacity, allocation, format, backing }: NewVolume): string {
  const target = xmlNode('target', {}, [
    ...(format === undefined ? [] : [xmlNode('format', { type: format })]),
    ...(format === 'qcow2' ? [xmlNode('features', {}, [xmlNode('lazy_refcounts')])] : []),
  ]);
  return writeXml(
    xmlNode('volume', {}, [
      xmlNode('name', {}, name),
      xmlNode('capacity', {}, String(capacity)),
      xmlNode('allocation', {}, String(allocation)),
      ...(target.children.length > 0 ? [target] : []),
      ...(backing === undefined ? [] : [backingNode(backing)]),
    ]),
  );
}

function backingNode({ path, format }: NonNullable<NewVolume['backing']>): XmlNode {
  return xmlNode('backingStore', {}, [
    xmlNode('path', {}, path),
    ...(format === undefined ? [] : [xmlNode('format', { type: format })]),
  ]);
}

export type PoolFacts = { readonly type: string; readonly target: string | undefined };

export function readPool(xml: string): PoolFacts {
  const pool = parseXml(xml);
  return { type: pool.attributes.get('type') ?? 'dir', target: textAt(pool, 'target', 'path') };
}

export type VolumeFacts = {
  readonly type: string;
  readonly path: string | undefined;
  readonly format: string | undefined;
  readonly backingStore: string | undefined;
};

export function readVolume(xml: string): VolumeFacts {
  const volume = parseXml(xml);
  return {
    type: volume.attributes.get('type') ?? 'file',
    path: textAt(volume, 'target', 'path'),
    format: nodeAt(volume, 'target', 'format')?.attributes.get('type'),
    backingStore: textAt(volume, 'backingStore', 'path'),
  };
}
