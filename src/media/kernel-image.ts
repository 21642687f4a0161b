import type { ByteSource } from './byte-source.ts';

/**
 * What is inside a Linux kernel image, read from its bytes alone (kernel: Documentation/arch/x86/boot.rst). Nothing is trusted: offsets
 * that lead out of the file mean "not such a kernel". Unpacked kernels take 60 MiB and more, so only what tells is read.
 */
type Image = Pick<ByteSource, 'size' | 'read'>;

export type KernelPayload = {
  /** Where the compressed kernel lies in the bzImage. */
  readonly offset: number;
  readonly length: number;
  readonly compression: 'gzip' | 'xz' | 'zstd';
};

const SETUP_SECTS = 0x1f1;
const HEADER_MAGIC = 0x202;
const PROTOCOL_VERSION = 0x206;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR = 512;
/** `HdrS` */
const MAGIC = 0x53726448;
/** The first boot protocol that tells where the payload is. */
const WITH_PAYLOAD = 0x0208;
/** The linker appends the unpacked size to every payload; gzip has it at its own end anyway. */
const SIZE_SUFFIX = 4;

const COMPRESSIONS = [
  { magic: Buffer.from('1f8b', 'hex'), compression: 'gzip', suffix: 0 },
  { magic: Buffer.from('fd377a585a00', 'hex'), compression: 'xz', suffix: SIZE_SUFFIX },
  { magic: Buffer.from('28b52ffd', 'hex'), compression: 'zstd', suffix: SIZE_SUFFIX },
] as const;
const LONGEST_MAGIC = Math.max(...COMPRESSIONS.map(({ magic }) => magic.length));

/** Undefined when it is no bzImage, or compressed in a way Kiln does not unpack. */
export async function kernelPayload(image: Image): Promise<KernelPayload | undefined> {
  const header = await image.read(0, PAYLOAD_LENGTH + 4);
  if (header.length < PAYLOAD_LENGTH + 4 || header.readUInt32LE(HEADER_MAGIC) !== MAGIC) return undefined;
  if (header.readUInt16LE(PROTOCOL_VERSION) < WITH_PAYLOAD) return undefined;
  const setupSectors = header.readUInt8(SETUP_SECTS) || 4;
  const offset = (setupSectors + 1) * SECTOR + header.readUInt32LE(PAYLOAD_OFFSET);
  const length = header.readUInt32LE(PAYLOAD_LENGTH);
  if (length <= SIZE_SUFFIX || offset + length > image.size) return undefined;
  const first = await image.read(offset, LONGEST_MAGIC);
  const found = COMPRESSIONS.find(({ magic }) => first.subarray(0, magic.length).equals(magic));
  return found && { offset, length: length - found.suffix, compression: found.compression };
}

const PT_NOTE = 4;
/** XEN_ELFNOTE_PHYS32_ENTRY: the kernel can be entered as QEMU enters it, without a boot loader (docs.kernel.org: PVH boot). */
const PVH_ENTRY = 18;

const ELF_HEADER_BYTES = 64;

/** Whether an ELF kernel says where it wants to be entered by a virtual machine monitor. */
export async function hasPvhEntry(elf: Image): Promise<boolean> {
  const header = await elf.read(0, ELF_HEADER_BYTES);
  const isElf64 =
    header.length === ELF_HEADER_BYTES &&
    header.readUInt32BE(0) === 0x7f454c46 &&
    header[4] === 2 &&
    header[5] === 1;
  if (!isElf64) return false;
  const [at, entrySize, count] = [
    Number(header.readBigUInt64LE(32)),
    header.readUInt16LE(54),
    header.readUInt16LE(56),
  ];
  if (entrySize < 56 || at + entrySize * count > elf.size) return false;
  const table = await elf.read(at, entrySize * count);
  for (let entry = 0; entry < table.length; entry += entrySize) {
    if (table.readUInt32LE(entry) !== PT_NOTE) continue;
    const start = Number(table.readBigUInt64LE(entry + 8));
    const size = Number(table.readBigUInt64LE(entry + 32));
    if (start + size <= elf.size && notesHavePvhEntry(await elf.read(start, size))) return true;
  }
  return false;
}

function notesHavePvhEntry(notes: Buffer): boolean {
  const aligned = (size: number): number => Math.ceil(size / 4) * 4;
  let at = 0;
  while (at + 12 <= notes.length) {
    const [nameSize, contentSize] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)];
    const name = notes.toString('latin1', at + 12, at + 12 + nameSize);
    if (notes.readUInt32LE(at + 8) === PVH_ENTRY && name === 'Xen\0') return true;
    at += 12 + aligned(nameSize) + aligned(contentSize);
  }
  return false;
}
