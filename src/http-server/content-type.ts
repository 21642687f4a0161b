import { posix } from 'node:path';

const TEXT = 'text/plain; charset=utf-8';
/** RFC 9239; a browser runs no module of another type. */
const SCRIPT = 'text/javascript; charset=utf-8';

/** What installers, loaders and browsers fetch. Everything else is bytes. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.cfg': TEXT,
  '.css': 'text/css; charset=utf-8',
  '.deb': 'application/vnd.debian.binary-package',
  '.efi': 'application/efi',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.ipxe': TEXT,
  '.iso': 'application/vnd.efi.iso',
  '.js': SCRIPT,
  '.json': 'application/json',
  '.ks': TEXT,
  '.mjs': SCRIPT,
  '.png': 'image/png',
  '.preseed': TEXT,
  '.rpm': 'application/x-rpm',
  '.sh': TEXT,
  '.tgz': 'application/gzip',
  '.txt': TEXT,
  '.udeb': 'application/vnd.debian.binary-package',
  '.xml': 'application/xml',
  '.xz': 'application/x-xz',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.zst': 'application/zstd',
};

/** NoCloud's files and a Debian mirror's indexes have no extension. */
const BY_NAME: Readonly<Record<string, string>> = {
  'meta-data': TEXT,
  'network-config': TEXT,
  'user-data': TEXT,
  'vendor-data': TEXT,
  InRelease: TEXT,
  Packages: TEXT,
  Release: TEXT,
  SHA256SUMS: TEXT,
};

/** The Content-Type of a file by its name (IANA's registry where it has one). */
export function contentTypeOf(path: string): string {
  const name = posix.basename(path);
  return BY_NAME[name] ?? BY_EXTENSION[posix.extname(name).toLowerCase()] ?? 'application/octet-stream';
}
