import { MediaError } from '../foundation/errors.ts';
import { parseIni } from './ini-file.ts';

/** A checksum the media's maker wrote down for one of its files. */
export type ListedChecksum = {
  readonly algorithm: 'sha256' | 'sha512';
  readonly digest: string;
  /** Where it stands: `.treeinfo:17`. */
  readonly where: string;
};

/** What `.treeinfo` says (productmd's format 1.x, and the older one of Fedora and RHEL 5 to 7). */
export type TreeInfo = {
  readonly family: string | undefined;
  readonly version: string | undefined;
  readonly arch: string | undefined;
  /** Of its architecture's section `images-<arch>`. */
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  /** By path. Those older than SHA-256 are left out. */
  readonly checksums: ReadonlyMap<string, ListedChecksum>;
};

const NAME = '.treeinfo';

/**
 * Every path in it is checked: it comes from elsewhere and must not lead out of the media.
 * @throws MediaError `media.unsafe-path` (details: path, where)
 */
export function parseTreeInfo(text: string, media: string): TreeInfo {
  const info = parseIni(text);
  const value = (section: string, key: string): string | undefined =>
    info.get(section)?.get(key) || undefined;
  const arch = value('general', 'arch') ?? value('tree', 'arch');
  const images = [`images-${arch}`, 'images-x86_64', ...info.keys()].find(
    (name) => name.startsWith('images-') && info.has(name),
  );
  const image = (key: string): string | undefined => {
    const path = images === undefined ? undefined : value(images, key);
    return path && insideMedia(path, media, `${NAME}:${lineOf(text, images, key)}`);
  };
  const checksums = [...(info.get('checksums') ?? [])].flatMap(([path, sum]): [string, ListedChecksum][] => {
    const match = /^(sha256|sha512):([0-9a-f]+)$/i.exec(sum);
    const where = `${NAME}:${lineOf(text, 'checksums', path)}`;
    if (match?.[1] === undefined || match[2] === undefined) return [];
    const algorithm = match[1].toLowerCase() === 'sha512' ? 'sha512' : 'sha256';
    return [[path.replace(/^\/+/, ''), { algorithm, digest: match[2].toLowerCase(), where }]];
  });
  return {
    family: value('general', 'family') ?? value('release', 'name'),
    version: value('general', 'version') ?? value('release', 'version'),
    arch,
    kernel: image('kernel'),
    initrd: image('initrd'),
    checksums: new Map(checksums),
  };
}

/** @throws MediaError `media.unsafe-path` when the path leads out of the media */
export function insideMedia(path: string, media: string, where?: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!parts.includes('..') && !path.includes('\0') && parts.length > 0) return parts.join('/');
  throw new MediaError(
    'media.unsafe-path',
    `${media}${where === undefined ? '' : `, ${where},`} names ${JSON.stringify(path)} as its kernel or initrd, which leads ` +
      'out of the media. Do not use it, or name the files with kernel= and initrd=.',
    { details: { path, ...(where === undefined ? {} : { where }) } },
  );
}

/** Counted from 1; 0 when it is not there. */
function lineOf(text: string, section: string | undefined, key: string): number {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.indexOf(`[${section}]`);
  const at = lines.findIndex(
    (line, index) => index > start && line.startsWith(key) && /^\s*[=:]/.test(line.slice(key.length)),
  );
  return at + 1;
}
