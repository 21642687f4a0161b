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
    'boot-check',
    'limits',
  ],
  cpu: ['model', 'features'],
  disk: ['size', 'bus'],
  media: ['cdrom', 'location', 'import', 'sha256', 'sha512', 'kernel', 'initrd'],
  script: ['path', 'kind', 'inject'],
  'root-password': ['file', 'env'],
  outputs: ['format', 'compression', 'name'],
  'boot-check': ['enabled', 'pattern', 'limit'],
  limits: ['total', 'stall'],
};

/** Keys known at a place of a template: `['disk']`, `['media', 0]`. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  return KEYS[String(path[0] ?? '')] ?? [];
}
