/**
 * What is inside a Linux kernel image, read from its bytes alone (kernel: Documentation/arch/x86/boot.rst). Nothing is trusted: offsets
 * that lead out of the file mean "not such a kernel".
 */

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

/** Undefined when it is no bzImage, or compressed in a way Kiln does not unpack. */
export function kernelPayload(image: Buffer): KernelPayload | undefined {
  if (image.length < PAYLOAD_LENGTH + 4 || image.readUInt32LE(HEADER_MAGIC) !== MAGIC) return undefined;
  if (image.readUInt16LE(PROTOCOL_VERSION) < WITH_PAYLOAD) return undefined;
  const setupSectors = image.readUInt8(SETUP_SECTS) || 4;
  const offset = (setupSectors + 1) * SECTOR + image.readUInt32LE(PAYLOAD_OFFSET);
  const length = image.readUInt32LE(PAYLOAD_LENGTH);
  if (length <= SIZE_SUFFIX || offset + length > image.length) return undefined;
  const found = COMPRESSIONS.find(({ magic }) => image.subarray(offset, offset + magic.length).equals(magic));
  return found && { offset, length: length - found.suffix, compression: found.compression };
}

const PT_NOTE = 4;
/** XEN_ELFNOTE_PHYS32_ENTRY: the kernel can be entered as QEMU enters it, without a boot loader (docs.kernel.org: PVH boot). */
const PVH_ENTRY = 18;

/** Whether an ELF kernel says where it wants to be entered by a virtual machine monitor. */
export function hasPvhEntry(elf: Buffer): boolean {
  const isElf64 = elf.length > 64 && elf.readUInt32BE(0) === 0x7f454c46 && elf[4] === 2 && elf[5] === 1;
  if (!isElf64) return false;
  const [table, entrySize, count] = [
    Number(elf.readBigUInt64LE(32)),
    elf.readUInt16LE(54),
    elf.readUInt16LE(56),
  ];
  if (entrySize < 56 || table + entrySize * count > elf.length) return false;
  return Array.from({ length: count }, (_, index) => table + index * entrySize).some((at) => {
    if (elf.readUInt32LE(at) !== PT_NOTE) return false;
    const [start, size] = [Number(elf.readBigUInt64LE(at + 8)), Number(elf.readBigUInt64LE(at + 32))];
    return start + size <= elf.length && notesHavePvhEntry(elf.subarray(start, start + size));
  });
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
