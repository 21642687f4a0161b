import { PUBLISHER_PROPERTY } from '../openstack/publisher.ts';
import { MARK_PROPERTY } from './content-mark.ts';
import type { GlanceImage, PatchOperation } from './glance-api.ts';
import { missingChanges } from './image-changes.ts';
import type { ImagePlan, SendingPlan } from './plan-image.ts';
import { asideChanges, type RetireStep } from './retire-older.ts';
import type { Way } from './upload-image.ts';
import { type KnownImage, newImageFields } from './wanted-image.ts';

/** A command of a service's own client, for the cloud that is meant. */
export type ClientWords = (client: 'openstack' | 'glance', ...words: readonly string[]) => string;

export type CommandOptions = {
  readonly path: string;
  readonly way: Way;
  readonly store?: string | undefined;
  /** Projects that it is not shared with yet. */
  readonly members: readonly string[];
  readonly client: ClientWords;
};

/**
 * A plan as commands of the official clients, made of the very fields and changes that Glance is sent. Only `kiln_begun` and
 * `kiln_begun_by` are left out, which an image carries on its way alone.
 */
export function imageCommands(
  plan: ImagePlan,
  wanted: KnownImage,
  options: CommandOptions,
): readonly string[] {
  const { client, members } = options;
  const removed = plan.kind === 'send' ? plan.leftovers : [];
  const [id, changes] =
    plan.kind === 'there'
      ? [plan.image.id, plan.changes]
      : [plan.id, missingChanges(asSent(plan, wanted), wanted, 'new')];
  return [
    ...removed.map((left) => client('openstack', 'image', 'delete', left.id)),
    ...(plan.kind === 'send' ? sendingCommands(plan, options) : []),
    ...setCommands(id, changes, client),
    ...members.map((project) => client('openstack', 'image', 'add', 'project', id, project)),
  ];
}

/** The image as it is when all of it was sent and nothing else was done. */
function asSent({ begun, id, name, mark }: SendingPlan, wanted: KnownImage): GlanceImage {
  if (begun !== undefined) return begun;
  const none = { owner: null, protected: false, os_hidden: false, created_at: '' };
  const { visibility, tags, minDisk: min_disk, minRam: min_ram } = wanted;
  const fields = { name, visibility, tags: [...tags], min_disk, min_ram };
  return { ...none, ...newImageFields(wanted, name, mark, ''), ...fields, id, status: 'active' };
}

function sendingCommands(plan: SendingPlan, { path, way, store, client }: CommandOptions): readonly string[] {
  const { begun, wanted, name, mark, id } = plan;
  if (begun !== undefined) return [];
  const isPlain = way.kind === 'upload' && store === undefined;
  const fields = newImageFields(wanted, name, mark, '');
  const file = ['--file', path];
  if (isPlain)
    return [
      client('openstack', 'image', 'create', '--id', id, ...file, ...createWords(fields, fieldWords), name),
    ];
  // What openstack's client has no word for, Glance's own has.
  const content: Readonly<Record<Way['kind'], readonly string[]>> = {
    upload: [
      client('glance', 'image-upload', ...file, ...(store === undefined ? [] : ['--store', store]), id),
    ],
    'glance-direct': [
      client('glance', 'image-stage', ...file, id),
      client('glance', 'image-import', ...importWords(way, store), id),
    ],
    'web-download': [client('glance', 'image-import', ...importWords(way, store), id)],
  };
  // Without --file both clients take what their standard input gives for the content, in a script nothing. Glance's own heeds that it is
  // closed (glanceclient/common/utils.py); openstack's fails then.
  const create = client(
    'glance',
    'image-create',
    '--id',
    id,
    '--name',
    name,
    ...createWords(fields, glanceFieldWords),
  );
  return [`${create} <&-`, ...content[way.kind]];
}

function importWords(way: Way, store: string | undefined): readonly string[] {
  return [
    ...['--import-method', way.kind],
    ...(way.kind === 'web-download' ? ['--uri', way.url] : []),
    ...(store === undefined ? [] : ['--stores', store]),
  ];
}

/** Fields that are options of `openstack image create` and `set`; all others are properties. */
function fieldWords(key: string, value: unknown): readonly string[] {
  switch (key) {
    case 'visibility':
      return [`--${String(value)}`];
    case 'protected':
      return [value === true ? '--protected' : '--unprotected'];
    case 'os_hidden':
      return [value === true ? '--hidden' : '--unhidden'];
    case 'name':
    case 'disk_format':
    case 'container_format':
    case 'min_disk':
    case 'min_ram':
      return [`--${key.replace('_', '-')}`, String(value)];
    case 'tags':
      return Array.isArray(value) ? value.flatMap((tag) => ['--tag', String(tag)]) : [];
    case PUBLISHER_PROPERTY:
      return [];
    default:
      return ['--property', `${key}=${String(value)}`];
  }
}

type FieldWords = typeof fieldWords;

/** The same for Glance's own client, which takes all tags at once. */
const glanceFieldWords: FieldWords = (key, value) => {
  switch (key) {
    case 'visibility':
    case 'protected':
      return [`--${key}`, String(value)];
    case 'tags':
      return Array.isArray(value) && value.length > 0 ? ['--tags', ...value.map(String)] : [];
    default:
      return fieldWords(key, value);
  }
};

function createWords(fields: Readonly<Record<string, unknown>>, words: FieldWords): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    key === 'name' || key === MARK_PROPERTY ? [] : words(key, value),
  );
}

function setCommands(id: string, changes: readonly PatchOperation[], client: ClientWords): readonly string[] {
  const words = changes.flatMap((change) =>
    change.op === 'remove'
      ? []
      : fieldWords(change.path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'), change.value),
  );
  return words.length === 0 ? [] : [client('openstack', 'image', 'set', ...words, id)];
}

export function retireCommand(step: RetireStep, client: ClientWords): readonly string[] {
  const { id } = step.image;
  if (step.deletes) return [client('openstack', 'image', 'delete', id)];
  return setCommands(id, asideChanges(step), client);
}
