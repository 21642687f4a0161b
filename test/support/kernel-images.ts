/** A bzImage's header around a payload, as much of it as Kiln reads. */
export function bzImage(payload: Buffer, suffix = Buffer.alloc(4)): Buffer {
  const image = Buffer.alloc(1024 + payload.length + suffix.length);
  image.writeUInt8(1, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x020f, 0x206);
  image.writeUInt32LE(0, 0x248);
  image.writeUInt32LE(payload.length + suffix.length, 0x24c);
  payload.copy(image, 1024);
  suffix.copy(image, 1024 + payload.length);
  return image;
}

/** An ELF64 file with one PT_NOTE segment of one note. */
export function elfWithNote(name: string, type: number): Buffer {
  const elf = Buffer.alloc(256);
  Buffer.from('7f454c460201', 'hex').copy(elf);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(4, 64);
  elf.writeBigUInt64LE(128n, 64 + 8);
  elf.writeBigUInt64LE(32n, 64 + 32);
  elf.writeUInt32LE(name.length + 1, 128);
  elf.writeUInt32LE(4, 132);
  elf.writeUInt32LE(type, 136);
  elf.write(`${name}\0`, 140, 'latin1');
  return elf;
}
