/**
 * The parts of an ISO 9660 image that Kiln reads, parsed from raw sectors (ECMA-119 for the file system, IEEE P1282 for the
 * Rock Ridge names, the El Torito specification for booting). All functions are pure and tolerate damaged input: they
 * return undefined or stop early rather than throw.
 */

export const SECTOR = 2048;

export type VolumeDescriptor = {
  readonly label: string;
  readonly systemId: string;
  readonly publisherId: string;
  readonly blockSize: number;
  /** Length of the volume by its own account. */
  readonly bytes: number;
  readonly root: Extent;
};

/** A run of blocks, in bytes from the start of the image. */
export type Extent = { readonly offset: number; readonly length: number };

export type DirectoryRecord = {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly extents: readonly Extent[];
  /** Target of a symbolic link. */
  readonly target?: string;
};

export type BootRecord = { readonly bios: boolean; readonly uefi: boolean };

/** Sector 16 onwards: 1 is the primary volume, 0 a boot record, 255 the end of the list. */
export function isVolumeDescriptor(sector: Buffer): boolean {
  return sector.length >= SECTOR && sector.toString('latin1', 1, 6) === 'CD001';
}

export function parsePrimaryVolume(sector: Buffer): VolumeDescriptor | undefined {
  if (!isVolumeDescriptor(sector) || sector[0] !== 1) return undefined;
  const blockSize = sector.readUInt16LE(128);
  if (![512, 1024, 2048].includes(blockSize)) return undefined;
  const rootRecord = sector.subarray(156, 190);
  return {
    label: textAt(sector, 40, 72),
    systemId: textAt(sector, 8, 40),
    publisherId: textAt(sector, 318, 446),
    blockSize,
    bytes: sector.readUInt32LE(80) * blockSize,
    root: { offset: rootRecord.readUInt32LE(2) * blockSize, length: rootRecord.readUInt32LE(10) },
  };
}

/** Fields are padded with blanks, by some tools with zeros. */
function textAt(sector: Buffer, from: number, to: number): string {
  return sector.toString('latin1', from, to).replace(/[\s\0]+$/, '');
}

/** Byte offset of the boot catalogue, from the boot record that follows the primary volume descriptor. */
export function bootCatalogueOffset(sector: Buffer): number | undefined {
  const isElTorito =
    isVolumeDescriptor(sector) &&
    sector[0] === 0 &&
    sector.toString('latin1', 7, 30) === 'EL TORITO SPECIFICATION';
  return isElTorito ? sector.readUInt32LE(0x47) * SECTOR : undefined;
}

const BOOTABLE = 0x88;
const PLATFORM_EFI = 0xef;

/** The validation entry names the platform of the first image; each section header that of the images below it. */
export function parseBootCatalogue(sector: Buffer): BootRecord {
  const platforms: number[] = [];
  let platform = sector[0] === 1 ? (sector[1] ?? 0) : -1;
  for (let at = 32; platform >= 0 && at + 32 <= sector.length; at += 32) {
    const kind = sector[at];
    if (kind === BOOTABLE) platforms.push(platform);
    else if (kind === 0x90 || kind === 0x91) platform = sector[at + 1] ?? 0;
    else if (at > 32) break;
  }
  return { bios: platforms.includes(0), uefi: platforms.includes(PLATFORM_EFI) };
}

/** A place where more of a record's system use area lies. */
type Continuation = Extent;

/** What the system use fields of one record say; `continuation` must be read and parsed too. */
export type SystemUse = {
  name?: string;
  linkParts: string[];
  isLink: boolean;
  continuation?: Continuation;
};

/** Rock Ridge NM (name), SL (symbolic link) and CE (continued elsewhere); adds to `use`. */
export function parseSystemUse(area: Buffer, use: SystemUse): void {
  delete use.continuation;
  for (let at = 0; at + 4 <= area.length; ) {
    const length = area[at + 2] ?? 0;
    if (length < 4 || at + length > area.length) return;
    const field = area.subarray(at, at + length);
    const signature = field.toString('latin1', 0, 2);
    if (signature === 'NM' && ((field[4] ?? 0) & 6) === 0)
      use.name = (use.name ?? '') + field.toString('utf8', 5);
    else if (signature === 'SL') {
      use.isLink = true;
      use.linkParts.push(...linkComponents(field.subarray(5)));
    } else if (signature === 'CE' && length >= 28) {
      use.continuation = {
        offset: field.readUInt32LE(4) * SECTOR + field.readUInt32LE(12),
        length: Math.min(field.readUInt32LE(20), SECTOR),
      };
    } else if (signature === 'ST') return;
    at += length;
  }
}

function linkComponents(area: Buffer): string[] {
  const parts: string[] = [];
  for (let at = 0; at + 2 <= area.length; ) {
    const [flags = 0, length = 0] = [area[at], area[at + 1]];
    if (flags & 2) parts.push('.');
    else if (flags & 4) parts.push('..');
    else if (flags & 8) parts.push('');
    else parts.push(area.toString('utf8', at + 2, at + 2 + length));
    at += 2 + length;
  }
  return parts;
}

export type RawRecord = {
  readonly identifier: string;
  readonly isDirectory: boolean;
  readonly continues: boolean;
  readonly extent: Extent;
  readonly systemUse: Buffer;
};

/** Records of one directory, without `.` and `..`; a record never crosses a sector, the rest of which is zero. */
export function* directoryRecords(directory: Buffer, blockSize: number): Generator<RawRecord> {
  for (let at = 0; at < directory.length; ) {
    const length = directory[at] ?? 0;
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    const record = directory.subarray(at, at + length);
    at += length;
    const nameLength = record[32] ?? 0;
    if (record.length < 34 || 33 + nameLength > record.length) return;
    const identifier = record.toString('latin1', 33, 33 + nameLength);
    if (identifier === '\0' || identifier === '\x01') continue;
    const flags = record[25] ?? 0;
    yield {
      identifier,
      isDirectory: (flags & 2) !== 0,
      continues: (flags & 0x80) !== 0,
      extent: { offset: record.readUInt32LE(2) * blockSize, length: record.readUInt32LE(10) },
      systemUse: record.subarray(33 + nameLength + (nameLength % 2 === 0 ? 1 : 0)),
    };
  }
}

/** `README.TXT;1` → `readme.txt`, as Linux shows names without Rock Ridge (mount option map=normal). */
export function plainName(identifier: string): string {
  return identifier.replace(/\.?;\d+$/, '').toLowerCase();
}
