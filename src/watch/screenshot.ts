import { crc32, deflateSync } from 'node:zlib';
import { writeFile } from '../foundation/write-file.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';

/**
 * Saves what the guest's first screen shows as PNG.
 * @throws what libvirt or the file system throw; callers treat a screenshot as best effort
 */
export async function saveScreenshot(
  connection: LibvirtConnection,
  uuid: string,
  path: string,
): Promise<void> {
  const { data } = await connection.screenshot(uuid);
  await writeFile(path, asPng(data));
}

/** What libvirt gave, as PNG; older QEMU gives PPM. */
export function asPng(data: Uint8Array): Uint8Array {
  return isPng(data) ? data : ppmToPng(data);
}

const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function isPng(data: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, index) => data[index] === byte);
}

/**
 * Binary PPM (`P6`, 8 bits a channel: what QEMU's screendump writes) to PNG (W3C PNG, colour type 2).
 * @throws RangeError when the data is no such PPM
 */
export function ppmToPng(ppm: Uint8Array): Uint8Array {
  const head = Buffer.from(ppm.buffer, ppm.byteOffset, Math.min(ppm.length, 512)).toString('latin1');
  const match = /^P6(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+255\s/.exec(head);
  if (match === null) throw new RangeError('the screenshot is not a binary PPM with 8 bits a channel');
  const [width, height] = [Number(match[1]), Number(match[2])];
  const pixels = ppm.subarray(match[0].length);
  const stride = width * 3;
  if (pixels.length < stride * height) throw new RangeError('the screenshot is cut short');

  const rows = Buffer.alloc((stride + 1) * height);
  for (let row = 0; row < height; row += 1) {
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
