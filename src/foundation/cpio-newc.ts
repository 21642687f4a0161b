/**
 * The "newc" cpio format, which the Linux kernel unpacks as initramfs (Documentation/driver-api/early-userspace/
 * buffer-format.rst). Written here rather than with cpio(1) so that the same input gives the same bytes: uid 0, mtime 0,
 * inodes counted from 1. Archives may follow one another, each plain or compressed; later files replace earlier ones.
 */

const MAGIC = '070701';
const HEADER_LENGTH = 110;
const TRAILER = 'TRAILER!!!';
const TYPE_MASK = 0o170000;

export const FILE_TYPE = { directory: 0o040000, file: 0o100000, symlink: 0o120000 } as const;

export type CpioEntry = {
  /** Relative, without a leading slash or `.`/`..` parts. */
  readonly path: string;
  /** Type and permission bits as in st_mode (inode(7)). */
  readonly mode: number;
  /** Content of a file, target of a symbolic link, empty for a directory. */
  readonly content: Uint8Array;
};

/** Pads to a multiple of four, where the kernel expects the next archive. */
export function paddingTo4(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** An archive of the entries in the order given; parent directories must be among them or exist already. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    checkPath(entry.path);
    const links = (entry.mode & TYPE_MASK) === FILE_TYPE.directory ? 2 : 1;
    parts.push(...member(entry.path, index + 1, entry.mode, links, entry.content));
  });
  parts.push(...member(TRAILER, 0, 0, 1, new Uint8Array()));
  return Buffer.concat(parts);
}

function member(path: string, inode: number, mode: number, links: number, content: Uint8Array): Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  const numbers = [inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = MAGIC + numbers.map((number) => number.toString(16).padStart(8, '0').toUpperCase()).join('');
  return [
    Buffer.from(header),
    name,
    Buffer.alloc(paddingTo4(HEADER_LENGTH + name.length)),
    content,
    Buffer.alloc(paddingTo4(content.length)),
  ];
}

function checkPath(path: string): void {
  const parts = path.split('/');
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new RangeError(`not a path inside an archive: ${JSON.stringify(path)}`);
  }
}

/**
 * Reads one uncompressed archive from its beginning to its trailer; contents are views into `archive`. Hard links carry
 * their content with the last name only, as cpio writes them.
 * @throws RangeError when the bytes are no such archive or end early
 */
export function* readCpio(archive: Buffer): Generator<CpioEntry> {
  let offset = 0;
  for (;;) {
    if (offset + HEADER_LENGTH > archive.length) throw new RangeError('cpio archive ends early');
    const header = archive.toString('latin1', offset, offset + HEADER_LENGTH);
    if (!header.startsWith('07070')) throw new RangeError(`no cpio header at byte ${offset}`);
    const field = (index: number): number => Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
    const nameLength = field(11);
    const nameStart = offset + HEADER_LENGTH;
    const contentStart = nameStart + nameLength + paddingTo4(HEADER_LENGTH + nameLength);
    const size = field(6);
    if (contentStart + size > archive.length) throw new RangeError('cpio archive ends early');
    const path = archive.toString('utf8', nameStart, nameStart + nameLength - 1);
    if (path === TRAILER) return;
    yield {
      path: path.replace(/^\.?\/+/, ''),
      mode: field(1),
      content: archive.subarray(contentStart, contentStart + size),
    };
    offset = contentStart + size + paddingTo4(size);
  }
}
