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

/**
 * A kernel for BIOS boot loaders that prints `KERNEL [initrd] <its command line>` on the first serial port and restarts the machine. All of
 * it is real-mode code in the setup sector (Documentation/arch/x86/boot.rst): the loader enters it at 0x200 with DS on the boot sector.
 */
export function speakingKernel(): Buffer {
  const text = 'KERNEL ';
  const withInitrd = 'initrd ';
  const image = Buffer.alloc(1024 + 4096);
  image.writeUInt8(1, 0x1f1);
  image.writeUInt32LE(4096 / 16, 0x1f4);
  image.writeUInt16LE(0xaa55, 0x1fe);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x0204, 0x206);
  image.writeUInt8(1, 0x211);
  image.writeUInt32LE(0x100000, 0x214);
  image.writeUInt32LE(0x37ffffff, 0x22c);
  const [code, putc] = [0x260, 0x2c0];
  const [first, second, newline] = [0x300, 0x320, 0x340];
  image.set([0xeb, code - 0x202], 0x200);
  for (const [offset, words] of [
    [first, text],
    [second, withInitrd],
    [newline, '\r\n'],
  ] as const)
    image.write(`${words}\0`, offset, 'latin1');
  const bytes: number[] = [];
  const here = (): number => code + bytes.length;
  const call = (target: number): void => {
    const distance = target - (here() + 3);
    bytes.push(0xe8, distance & 0xff, (distance >> 8) & 0xff);
  };
  const say = (address: number): void => {
    bytes.push(0xbe, address & 0xff, address >> 8); // mov si, address
    bytes.push(0xac, 0x84, 0xc0, 0x74, 0x05); // lodsb; test al, al; jz behind the loop
    call(putc);
    bytes.push(0xeb, 0xf6); // jmp lodsb
  };
  bytes.push(0xfc); // cld
  say(first);
  bytes.push(0x66, 0x83, 0x3e, 0x1c, 0x02, 0x00, 0x74, 0x0d); // cmp dword [ramdisk_size], 0; jz behind the words
  say(second);
  bytes.push(0x66, 0xa1, 0x28, 0x02); // mov eax, [cmd_line_ptr]
  bytes.push(0x89, 0xc3, 0x83, 0xe3, 0x0f); // mov bx, ax; and bx, 15
  bytes.push(0x66, 0xc1, 0xe8, 0x04, 0x8e, 0xc0); // shr eax, 4; mov es, ax
  bytes.push(0x26, 0x8a, 0x07, 0x84, 0xc0, 0x74, 0x06); // mov al, [es:bx]; test al, al; jz behind the loop
  call(putc);
  bytes.push(0x43, 0xeb, 0xf3); // inc bx; jmp mov
  say(newline);
  bytes.push(0xb0, 0xfe, 0xe6, 0x64, 0xf4, 0xeb, 0xfd); // mov al, 0xfe; out 0x64, al (reset); hlt; jmp hlt
  image.set(bytes, code);
  // push dx; push ax; mov dx, 0x3fd; in al, dx; test al, 0x20; jz in; pop ax; mov dx, 0x3f8; out dx, al; pop dx; ret
  image.set(
    [0x52, 0x50, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb, 0x58, 0xba, 0xf8, 0x03, 0xee, 0x5a, 0xc3],
    putc,
  );
  return image;
}
