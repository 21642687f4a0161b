/** The keys a template may have, by place; for suggestions. A test holds it against the schema. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'base',
    'name',
    'description',
    'os',
    'firmware',
    'machine',
    'memory',
    'vcpus',
    'cpu',
    'accelerator',
    'disk',
    'network',
    'media',
    'script',
    'variables',
    'root-password',
    'extra-args',
    'outputs',
    'publish',
    'boot-check',
    'limits',
    'watch',
  ],
  cpu: ['model', 'features'],
  disk: ['size', 'bus'],
  media: [
    'cdrom',
    'location',
    'import',
    'sha256',
    'sha512',
    'kernel',
    'initrd',
    'mirrors',
    'checksums',
    'signature',
    'keyring',
  ],
  script: ['path', 'kind', 'inject'],
  'root-password': ['file', 'env'],
  outputs: ['format', 'compression', 'kind', 'name'],
  'boot-check': ['enabled', 'pattern', 'limit'],
  limits: ['total', 'stall'],
  watch: ['patterns', 'syslog'],
  'watch.patterns': ['match', 'kind', 'meaning', 'remedy'],
};

/** Keys known at a place of a template: `['disk']`, `['media', 0]`, `['watch', 'patterns', 0]`. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const names = path.filter((part) => typeof part === 'string');
  return KEYS[names.join('.')] ?? KEYS[names[0] ?? ''] ?? [];
}
