import { SpecError } from './errors.ts';

declare const bytesBrand: unique symbol;
/** A count of bytes that has been checked to be a whole, non-negative number. */
export type Bytes = number & { readonly [bytesBrand]: true };

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
};

export function bytes(count: number): Bytes {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`not a byte count: ${count}`);
  return count as Bytes;
}

export const mebibytes = (count: number): Bytes => bytes(Math.round(count * 2 ** 20));
export const gibibytes = (count: number): Bytes => bytes(Math.round(count * 2 ** 30));

/** What a number of JavaScript counts without loss. */
const LARGEST = bytes(Number.MAX_SAFE_INTEGER);

/**
 * Parses `4GiB`, `512M`, `1.5 GB`. Single letters are binary units as qemu-img reads them; `KB`, `MB`, `GB` are decimal (SI). Numbers may be
 * written as YAML and JSON have them (`1e3`).
 * @throws SpecError `size.invalid`; for one beyond `largest` that is in the details
 */
export function parseSize(text: string, largest = LARGEST): Bytes {
  const match = /^\s*(\d+(?:\.\d+)?(?:e\+?\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const factor = match ? UNITS[(match[2] ?? '').toLowerCase()] : undefined;
  if (match === null || factor === undefined)
    throw new SpecError(
      'size.invalid',
      `"${text}" is not a size; write for example 4GiB, 512MiB or 1073741824.`,
    );
  const count = Math.round(Number(match[1]) * factor);
  if (count <= largest) return bytes(count);
  throw new SpecError('size.invalid', `"${text}" is too large; the most is ${formatSize(largest)}.`, {
    details: { largest },
  });
}

/** `4294967296` → `4.0 GiB`. */
export function formatSize(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${count} B` : `${value.toFixed(1)} ${units[unit]}`;
}
