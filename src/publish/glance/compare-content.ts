import { getHashes } from 'node:crypto';
import { digestFile } from '../../foundation/digest-file.ts';
import { PublishError } from '../../foundation/errors.ts';
import type { GlanceImage } from './glance-api.ts';
import type { PlaceOptions } from './place-image.ts';
import type { KnownImage } from './wanted-image.ts';

/**
 * Compares what Glance holds with what was sent, by its length and by whatever checksum Glance is set to compute (`hashing_algorithm`); says so
 * where it tells none that can be computed here.
 * @throws PublishError `publish.mismatch`
 */
export async function assertWhole(
  image: GlanceImage,
  wanted: KnownImage,
  path: string,
  options: Pick<PlaceOptions, 'way' | 'logger' | 'signal'>,
): Promise<void> {
  const hasLength = typeof image.size === 'number';
  const differs = (what: string): PublishError => mismatch(image, what, path, wanted.size, options.way);
  if (hasLength && image.size !== wanted.size) throw differs(`${image.size} bytes`);
  const told = toldSum(image);
  if (told === undefined) {
    options.logger.warn(
      `Image ${image.id}: Glance tells no checksum that Kiln can compute${hasLength ? '' : ', nor its length'}; its content was not compared with ${path}.`,
    );
    return;
  }
  if (!(await isSumOf(told, wanted.sha512, path, options.signal))) throw differs(`another ${told.name}`);
}

type ToldSum = {
  /** As Glance calls it. */
  readonly name: string;
  /** As OpenSSL calls it. */
  readonly algorithm: string;
  readonly value: string;
};

/** Without the newer hash there may be the old MD5 sum (Image API v2, `checksum`). */
function toldSum({ os_hash_algo, os_hash_value, checksum }: GlanceImage): ToldSum | undefined {
  const told: readonly (readonly [string | null | undefined, string | null | undefined])[] = [
    [os_hash_algo, os_hash_value],
    ['md5', checksum],
  ];
  for (const [name, value] of told) {
    const algorithm = name && opensslName(name);
    if (name && algorithm && value) return { name, algorithm, value };
  }
  return undefined;
}

/** Glance names algorithms as Python's hashlib does. */
function opensslName(name: string): string | undefined {
  const renamed: Readonly<Record<string, string>> = { blake2b: 'blake2b512', blake2s: 'blake2s256' };
  const algorithm = renamed[name] ?? name.replaceAll('_', '-');
  return getHashes().includes(algorithm) ? algorithm : undefined;
}

/** Another algorithm's sum is of the file as it is now, which must then be what was sent. */
async function isSumOf(
  { algorithm, value }: ToldSum,
  sha512: string,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (algorithm === 'sha512') return value === sha512;
  const [now, same] = await Promise.all([
    digestFile(path, 'sha512', signal),
    digestFile(path, algorithm, signal),
  ]);
  return now === sha512 && same === value;
}

function mismatch(
  image: GlanceImage,
  what: string,
  path: string,
  size: number,
  way: PlaceOptions['way'],
): PublishError {
  const problem =
    way.kind === 'web-download'
      ? `What Glance fetched from ${way.url} is not this image: it has ${what}, and ${path} has ${size} bytes. Put the file at that address, name the right one, or publish without --import web-download.`
      : what.startsWith('another')
        ? `What Glance holds has ${what} than the image: the file has changed since it was built, or was damaged on its way. Check it with sha512sum, then publish again.`
        : `Glance has ${what} of the ${size} that were sent. Publish again.`;
  return new PublishError('publish.mismatch', problem, {
    details: { id: image.id, size: image.size, sum: image.os_hash_value ?? image.checksum },
  });
}
