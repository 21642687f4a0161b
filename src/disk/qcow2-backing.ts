import { dirname, resolve } from 'node:path';
import { withFileReader } from './disk-reader.ts';

export type BackingFile = {
  readonly path: string;
  /** As the image says; undefined where it leaves that to the reader. */
  readonly format: string | undefined;
};

const FORMAT_NAME = 0xe2792aca;
const MOST_EXTENSIONS = 64;
const HEADER = 64 * 1024;

/**
 * What lies below a qcow2 image, by its header alone (QEMU docs/interop/qcow2.txt): `qemu-img info` would open what else the header names, and
 * wait for ever at a pipe. A relative name is one beside the image.
 * @returns undefined without a backing file, and for one that is no file of this machine (`nbd:`, `json:`)
 * @throws DiskError `disk.unreadable`, `disk.not-found`, `disk.out-of-bounds`
 */
export async function readBackingFile(image: string): Promise<BackingFile | undefined> {
  return withFileReader(image, async (reader) => {
    const head = await reader.read(0, Math.min(HEADER, reader.size));
    if (head.length < 72) return undefined;
    const [at, length] = [Number(head.readBigUInt64BE(8)), head.readUInt32BE(16)];
    if (at === 0 || length === 0) return undefined;
    const name = (await reader.read(at, length)).toString('utf8').replace(/^file:(?!\/\/)/, '');
    if (/^[^/]*:/.test(name)) return undefined;
    return { path: resolve(dirname(image), name), format: formatIn(head) };
  });
}

/** It stands in a header extension; those begin behind the header, whose length version 3 tells. */
function formatIn(head: Buffer): string | undefined {
  let at = head.readUInt32BE(4) < 3 || head.length < 104 ? 72 : head.readUInt32BE(100);
  for (let count = 0; count < MOST_EXTENSIONS && at + 8 <= head.length; count += 1) {
    const [type, length] = [head.readUInt32BE(at), head.readUInt32BE(at + 4)];
    if (type === 0) return undefined;
    if (type === FORMAT_NAME) return head.toString('latin1', at + 8, at + 8 + length);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return undefined;
}
