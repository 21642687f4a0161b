import { DiskError } from '../foundation/errors.ts';
import { printable } from '../foundation/printable.ts';
import { checkBounds, type DiskReader, sliceOf } from './disk-reader.ts';
import { type LvmSection, type LvmValue, parseLvmText } from './lvm-text.ts';

/** `name`: `<volume group>/<volume>`. */
export type LogicalVolume = { readonly name: string; readonly reader: DiskReader };

type PhysicalVolume = { readonly reader: DiskReader; readonly uuid: string; readonly metadata: LvmSection };
type Segment = { readonly start: number; readonly length: number; readonly reader: DiskReader };

const SECTOR = 512;
const UUID_LENGTH = 32;
const MDA_HEADER = 512;
const MDA_MAGIC = ' LVM2 x[5A%r0N*>';
const LONGEST_METADATA = 4 * 2 ** 20;
const MOST_SEGMENTS = 4096;

/**
 * The logical volumes of the physical volumes given, as far as they are linear and whole: what installers make for a root file
 * system. Striped, mirrored, thin and incomplete ones are left out; so is a physical volume whose metadata is damaged.
 * Layout: lib/format_text/layout.h and lib/label/label.h of LVM2.
 */
export async function readLogicalVolumes(physical: readonly DiskReader[]): Promise<readonly LogicalVolume[]> {
  const found = await Promise.all(physical.map(readPhysicalVolume));
  const sound = found.filter((volume) => volume !== undefined);
  const groups = new Map<string, LvmSection>();
  for (const { metadata } of sound) for (const [name, group] of sections(metadata)) groups.set(name, group);
  return [...groups].flatMap(([name, group]) => volumesOf(name, group, sound));
}

async function readPhysicalVolume(reader: DiskReader): Promise<PhysicalVolume | undefined> {
  try {
    const label = await findLabel(reader);
    if (!label) return undefined;
    const header = label.subarray(label.readUInt32LE(20));
    if (header.length < UUID_LENGTH + 8) return undefined;
    const uuid = header.toString('latin1', 0, UUID_LENGTH);
    const [, metadataAreas] = areaLists(header.subarray(UUID_LENGTH + 8));
    const [first] = metadataAreas;
    return first && { reader, uuid, metadata: await readMetadata(reader, first) };
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

async function findLabel(reader: DiskReader): Promise<Buffer | undefined> {
  const head = await reader.read(0, Math.min(4 * SECTOR, reader.size));
  for (let at = 0; at + SECTOR <= head.length; at += SECTOR) {
    if (head.toString('latin1', at, at + 8) === 'LABELONE') return head.subarray(at, at + SECTOR);
  }
  return undefined;
}

type Area = { readonly offset: number; readonly size: number };

/** Two lists of (offset, size), each ended by zeroes: data areas, metadata areas. */
function areaLists(bytes: Buffer): readonly [Area[], Area[]] {
  const lists: [Area[], Area[]] = [[], []];
  let list = 0;
  for (let at = 0; at + 16 <= bytes.length && list < 2; at += 16) {
    const area = { offset: Number(bytes.readBigUInt64LE(at)), size: Number(bytes.readBigUInt64LE(at + 8)) };
    if (area.offset === 0) list += 1;
    else lists[list]?.push(area);
  }
  return lists;
}

/** The text lies in a ring behind the area's header, and may wrap around its end. */
async function readMetadata(reader: DiskReader, area: Area): Promise<LvmSection> {
  const header = await reader.read(area.offset, MDA_HEADER);
  const at = Number(header.readBigUInt64LE(40));
  const size = Number(header.readBigUInt64LE(48));
  if (header.toString('latin1', 4, 20) !== MDA_MAGIC || size > LONGEST_METADATA || at > area.size) {
    throw new DiskError('disk.corrupt', 'The LVM metadata area on the disk is damaged.');
  }
  const straight = Math.min(size, area.size - at);
  const first = await reader.read(area.offset + at, straight);
  const rest = await reader.read(area.offset + MDA_HEADER, size - straight);
  return parseLvmText(Buffer.concat([first, rest]).toString('utf8').replace(/\0.*$/s, ''));
}

function volumesOf(group: string, content: LvmSection, physical: readonly PhysicalVolume[]): LogicalVolume[] {
  const extent = numberIn(content, 'extent_size') * SECTOR;
  const dataOf = new Map<string, DiskReader>();
  for (const [alias, section] of sections(sectionIn(content, 'physical_volumes'))) {
    const uuid = String(section.get('id') ?? '').replaceAll('-', '');
    const volume = physical.find((candidate) => candidate.uuid === uuid);
    const start = numberIn(section, 'pe_start') * SECTOR;
    if (volume) dataOf.set(alias, sliceOf(volume.reader, start, volume.reader.size));
  }
  return sections(sectionIn(content, 'logical_volumes')).flatMap(([name, volume]) => {
    const segments = sections(volume).map(([, section]) => segmentOf(section, extent, dataOf));
    const whole = segments.filter((segment) => segment !== undefined);
    const linear =
      whole.length === segments.length && segments.length > 0 && segments.length <= MOST_SEGMENTS;
    return linear ? [{ name: printable(`${group}/${name}`), reader: joined(whole) }] : [];
  });
}

function segmentOf(
  section: LvmSection,
  extent: number,
  dataOf: ReadonlyMap<string, DiskReader>,
): Segment | undefined {
  const stripes = section.get('stripes');
  if (section.get('type') !== 'striped' || section.get('stripe_count') !== 1 || !Array.isArray(stripes))
    return undefined;
  const [alias, first] = stripes as readonly LvmValue[]; // Array.isArray loses the element's type
  const data = typeof alias === 'string' ? dataOf.get(alias) : undefined;
  const length = numberIn(section, 'extent_count') * extent;
  if (!data || typeof first !== 'number' || !(length > 0)) return undefined;
  const reader = sliceOf(data, first * extent, length);
  return reader.size === length
    ? { start: numberIn(section, 'start_extent') * extent, length, reader }
    : undefined;
}

function joined(segments: readonly Segment[]): DiskReader {
  const size = Math.max(...segments.map(({ start, length }) => start + length));
  return {
    size,
    read: async (offset, length) => {
      checkBounds(size, offset, length);
      const result = Buffer.alloc(length);
      for (const segment of segments) {
        const from = Math.max(offset, segment.start);
        const to = Math.min(offset + length, segment.start + segment.length);
        if (from < to)
          (await segment.reader.read(from - segment.start, to - from)).copy(result, from - offset);
      }
      return result;
    },
  };
}

function sections(parent: LvmSection | undefined): [string, LvmSection][] {
  return [...(parent ?? [])].filter((entry): entry is [string, LvmSection] => entry[1] instanceof Map);
}

function sectionIn(parent: LvmSection, name: string): LvmSection | undefined {
  return sections(parent).find(([key]) => key === name)?.[1];
}

/** NaN for what is no number, which every later comparison and bounds check refuses. */
function numberIn(section: LvmSection, name: string): number {
  const value = section.get(name);
  return typeof value === 'number' ? value : Number.NaN;
}
