/** What a file that is no ISO image looks like by its first 512 bytes, for the message that refuses it. */
export function nameFileKind(start: Buffer): string | undefined {
  const starts = (text: string): boolean =>
    start.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));
  if (starts('QFI\xfb')) return 'a qcow2 disk image';
  if (starts('KDMV')) return 'a VMDK disk image';
  if (starts('vhdxfile')) return 'a VHDX disk image';
  if (starts('\x1f\x8b')) return 'compressed with gzip; unpack it first';
  if (starts('\xfd7zXZ\0')) return 'compressed with xz; unpack it first';
  if (starts('BZh')) return 'compressed with bzip2; unpack it first';
  if (starts('\x28\xb5\x2f\xfd')) return 'compressed with zstd; unpack it first';
  if (starts('PK\x03\x04')) return 'a zip archive; unpack it first';
  if (starts('\x7fELF')) return 'a program';
  if (/^\s*<(!doctype|html|\?xml)/i.test(start.toString('latin1')))
    return 'a web page; the download address was wrong or asked for a login';
  if (start.length >= 512 && start[510] === 0x55 && start[511] === 0xaa)
    return 'a raw disk image with a partition table or boot sector';
  return undefined;
}
