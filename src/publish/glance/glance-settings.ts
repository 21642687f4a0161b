import { SpecError } from '../../foundation/errors.ts';
import { PRESETS, type Preset } from '../image-properties.ts';
import { holdsLogin } from '../openstack/http-address.ts';
import type { PublishTarget } from '../publish-target.ts';
import { invalid, type TargetValues, targetValues } from '../target-values.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import type { Way } from './upload-image.ts';

const VISIBILITIES = ['private', 'shared', 'community', 'public'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

const RETIRE_ACTIONS = ['rename', 'hide', 'delete'] as const;

/** What happens to the image that had the name before. */
export type RetirePolicy = {
  readonly action: (typeof RETIRE_ACTIONS)[number];
  /** With `delete`: so many of the older ones stay, renamed. */
  readonly keep: number;
};

/** A target's options as settings for an image in Glance. @throws SpecError `options.invalid` */
export function glanceSettings(target: PublishTarget, preset: Preset = 'kvm'): GlanceSettings {
  const values = targetValues(target);
  const minDisk = values.count('min-disk');
  const replace = retirePolicy(values);
  return {
    ...(target.where === '' ? {} : { cloud: target.where }),
    insecure: values.flag('insecure'),
    ...values.optional('name', 'name'),
    preset: values.word('preset', PRESETS, preset),
    visibility: visibilityOf(values),
    protected: values.flag('protected'),
    tags: values.list('tag'),
    members: values.list('member'),
    ...(minDisk === undefined ? {} : { minDisk }),
    minRam: values.count('min-ram') ?? 0,
    properties: values.pairs('property'),
    ...values.optional('store', 'store'),
    way: wayOf(values),
    said: saidFields(values),
    ...(replace === undefined ? {} : { replace }),
  };
}

/** What `glanceSettings` may refuse, one by one, so that all of it can be told together. */
export const SETTING_READERS: readonly ((values: TargetValues) => unknown)[] = [
  visibilityOf,
  retirePolicy,
  wayOf,
  (values) => values.word('preset', PRESETS, 'kvm'),
  (values) => values.count('min-disk'),
  (values) => values.count('min-ram'),
];

function visibilityOf(values: TargetValues): Visibility {
  const isShared = values.list('member').length > 0;
  const visibility = values.word('visibility', VISIBILITIES, isShared ? 'shared' : 'private');
  if (isShared && visibility !== 'shared')
    throw invalid('member', `needs --visibility shared; an image that is ${visibility} has no members.`);
  return visibility;
}

/** The options of which an image that is there keeps what it has when they are not given. */
const FIELDS: Readonly<Record<string, string>> = {
  visibility: 'visibility',
  member: 'visibility',
  protected: 'protected',
  'min-disk': 'min_disk',
  'min-ram': 'min_ram',
};

function saidFields(values: TargetValues): readonly string[] {
  return Object.entries(FIELDS).flatMap(([option, field]) => (values.list(option).length > 0 ? [field] : []));
}

/** `--replace` alone renames. */
export function retirePolicy(values: TargetValues): RetirePolicy | undefined {
  const keep = values.count('keep-older');
  const word = values.text('replace');
  if (word === undefined || word === 'false') {
    if (keep !== undefined)
      throw invalid('keep-older', 'says how many older images --replace delete leaves; add that.');
    return undefined;
  }
  const action = word === 'true' ? 'rename' : values.word('replace', RETIRE_ACTIONS, 'rename');
  if (keep !== undefined && action !== 'delete')
    throw invalid('keep-older', `goes with --replace delete; ${action} keeps all.`);
  return { action, keep: keep ?? 0 };
}

const DOWNLOAD = /^web-download=(.*)$/s;

export function wayOf(values: TargetValues): Way {
  const word = values.text('import');
  if (word === undefined) return { kind: 'upload' };
  if (word === 'glance-direct') return { kind: 'glance-direct' };
  const url = DOWNLOAD.exec(word)?.[1] ?? '';
  if (holdsLogin(url))
    throw invalid(
      'import',
      "holds a login, which would stand in Glance's tasks and on command lines. Leave it out, and let Glance fetch that address without one.",
    );
  if (/^https?:\/\/./.test(url)) return { kind: 'web-download', url };
  throw invalid('import', `takes glance-direct or web-download=URL, not "${word}".`);
}

/** @throws SpecError `options.invalid` */
export function refuseDownload({ way }: Pick<GlanceSettings, 'way'>): void {
  if (way.kind !== 'web-download') return;
  throw new SpecError(
    'options.invalid',
    '--import web-download brings one file, and a partition image is three; leave one of both out.',
  );
}
