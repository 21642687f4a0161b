import { withFileReader } from '../../disk/disk-reader.ts';
import { formatByMagic } from '../../disk/image-kind.ts';

type Magic = {
  readonly format: string;
  readonly at: number;
  readonly text: string;
  /** Big-endian, behind a magic that formats share. */
  readonly versions?: readonly number[];
};

/** The formats that libvirt tells apart (src/storage_file/storage_file_probe.c of libvirt 9.0); everything else is raw. */
const MAGIC: readonly Magic[] = [
  { format: 'qcow', at: 0, text: 'QFI\xfb', versions: [1] },
  { format: 'qcow2', at: 0, text: 'QFI\xfb', versions: [2, 3] },
  { format: 'vmdk', at: 0, text: 'KDMV' },
  { format: 'vdi', at: 64, text: '\x7f\x10\xda\xbe' },
  { format: 'vpc', at: 0, text: 'conectix' },
  { format: 'qed', at: 0, text: 'QED\0' },
  { format: 'ploop', at: 0, text: 'WithouFreSpacExt' },
  { format: 'iso', at: 32769, text: 'CD001' },
];

/** The format of a file of this machine as libvirt tells it of a volume in a pool. */
export function volumeFormat(path: string): Promise<string> {
  return withFileReader(path, async ({ size, read }) => {
    for (const { format, at, text, versions } of MAGIC) {
      const end = at + text.length + 4;
      if (end > size) continue;
      const bytes = await read(at, text.length + 4);
      const isIt = bytes.toString('latin1', 0, text.length) === text;
      if (isIt && (versions === undefined || versions.includes(bytes.readUInt32BE(text.length))))
        return format;
    }
    return 'raw';
  });
}

/** The format of a file that is in no pool: QEMU has some that libvirt does not tell. */
export async function fileFormat(path: string): Promise<string> {
  const format = await volumeFormat(path);
  return format === 'raw' ? formatByMagic(path) : format;
}
