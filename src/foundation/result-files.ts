/** What a build leaves beside its images, in one folder (docs/places.md). */
export const MANIFEST_FILE = 'manifest.json';
export const CHECKSUM_FILES = { sha256: 'SHA256SUMS', sha512: 'SHA512SUMS' } as const;
export const LOGS_FOLDER = 'logs';

const NAMES: ReadonlySet<string> = new Set(
  [MANIFEST_FILE, ...Object.values(CHECKSUM_FILES), LOGS_FOLDER].map((name) => name.toLowerCase()),
);

/** No image may bear such a name. Letter case aside: not every file system tells capitals from small letters. */
export function isNameOfKilns(name: string): boolean {
  const lower = name.toLowerCase();
  return NAMES.has(lower) || lower.startsWith('.kiln');
}
