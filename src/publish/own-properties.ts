import { invalid } from './target-values.ts';

/**
 * Fields of an image that are no properties, with the option that sets each; `''` for those that Glance or Kiln keeps itself (Image API v2,
 * Glance's _base_properties, _readonly_properties and _reserved_properties).
 */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['name', '--name'],
  ['visibility', '--visibility'],
  ['protected', '--protected'],
  ['tags', '--tag'],
  ['min_disk', '--min-disk'],
  ['min_ram', '--min-ram'],
  ['disk_format', '--format'],
  ...[
    ...['id', 'status', 'owner', 'size', 'virtual_size', 'checksum', 'os_hash_algo', 'os_hash_value'],
    ...['os_hidden', 'container_format', 'created_at', 'updated_at', 'deleted', 'deleted_at', 'self'],
    ...['file', 'schema', 'direct_url', 'location', 'locations', 'stores', 'members'],
    ...['kiln_begun', 'kiln_begun_by', 'kiln_sha512'],
  ].map((field): [string, string] => [field, '']),
]);

/** @throws SpecError `options.invalid` where a property has the name of something else that an image has */
export function requireOwnProperties(properties: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(properties)) {
    const option = FIELDS.get(name);
    if (option === undefined) continue;
    const next = option === '' ? 'Glance and Kiln set it themselves; leave it out' : `set it with ${option}`;
    throw invalid('property', `takes properties, and "${name}" is a field that every image has: ${next}.`);
  }
}
