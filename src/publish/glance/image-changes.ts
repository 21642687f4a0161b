import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { MARK_PROPERTY } from './content-mark.ts';
import type { GlanceImage, PatchOperation } from './glance-api.ts';
import { CONTENT_PROPERTY, type KnownImage } from './wanted-image.ts';

/** Whether Kiln has just made an image, or found it there with a description that others may have had a hand in. */
export type Origin = 'new' | 'there';

/** Which build it came from says nothing about what it is. */
const NOT_COMPARED = ['kiln_build_id'];

/** What an image has of which nobody said anything; visibility and protection are always somebody's choice. */
const UNSAID: Readonly<Record<string, unknown>> = { min_disk: 0, min_ram: 0 };

/**
 * The changes that make an image with the right content one with the right description; none when it is so already. One that was there
 * is changed only where the user said so, or nobody has said anything.
 */
export function missingChanges(
  image: GlanceImage,
  wanted: KnownImage,
  origin: Origin,
): readonly PatchOperation[] {
  const isOurs = (key: string): boolean => origin === 'new' || wanted.said.includes(key);
  const fields: readonly (readonly [key: string, is: unknown, want: unknown])[] = [
    ['visibility', image.visibility, wanted.visibility],
    ['min_disk', image.min_disk, wanted.minDisk],
    ['min_ram', image.min_ram, wanted.minRam],
    ['protected', image.protected, wanted.protected],
  ];
  const mine = fields.filter(([key, is]) => isOurs(key) || is === UNSAID[key]);
  const always = [['name', image.name, wanted.name] as const, ['os_hidden', image.os_hidden, false] as const];
  const changed = [...always, ...mine]
    .filter(([, is, want]) => is !== want)
    .map(([key, , value]): PatchOperation => ({ op: 'replace', path: `/${key}`, value }));
  const lacksTags = wanted.tags.some((tag) => !image.tags.includes(tag));
  const tags: readonly PatchOperation[] = lacksTags
    ? [{ op: 'replace', path: '/tags', value: [...new Set([...image.tags, ...wanted.tags])] }]
    : [];
  const properties = Object.entries(wanted.properties)
    .filter(([key, value]) => image[key] !== value && !NOT_COMPARED.includes(key))
    .filter(([key]) => isOurs(key) || !(key in image))
    .concat(image[CONTENT_PROPERTY] === wanted.sha512 ? [] : [[CONTENT_PROPERTY, wanted.sha512]])
    .map(([key, value]): PatchOperation => ({ op: 'add', path: `/${pointer(key)}`, value }));
  const marks = [MARK_PROPERTY, PUBLISHER_PROPERTY]
    .filter((key) => key in image && !(key in wanted.properties))
    .map((key): PatchOperation => ({ op: 'remove', path: `/${key}` }));
  return [...changed, ...tags, ...properties, ...marks];
}

/** What changes do to an image, a line each: `protected: false → true`. */
export function changeNotes(image: GlanceImage, changes: readonly PatchOperation[]): readonly string[] {
  const told = changes.filter(({ path }) => path !== `/${PUBLISHER_PROPERTY}`);
  return told.map((change) => {
    const key = change.path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    if (change.op === 'remove') return `${key}: ${shown(image[key])} → nothing`;
    return `${key}: ${shown(image[key])} → ${shown(change.value)}`;
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (value === '') return '""';
  return value === undefined || value === null ? 'nothing' : String(value);
}

/** RFC 6901. */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
