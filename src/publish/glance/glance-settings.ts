import { PRESETS, type Preset } from '../image-properties.ts';
import { holdsLogin } from '../openstack/http-address.ts';
import type { PublishTarget } from '../publish-target.ts';
import { invalid, type TargetValues, targetValues } from '../target-values.ts';
import { VISIBILITIES } from './glance-api.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import { RETIRE_ACTIONS, type RetirePolicy } from './retire-older.ts';
import type { Way } from './upload-image.ts';

/** A target's options as settings for an image in Glance. @throws SpecError `options.invalid` */
export function glanceSettings(target: PublishTarget, preset: Preset = 'kvm'): GlanceSettings {
  const values = targetValues(target);
  const minDisk = values.count('min-disk');
  const replace = retirePolicy(values);
  const members = values.list('member');
  const visibility = values.word('visibility', VISIBILITIES, members.length > 0 ? 'shared' : 'private');
  if (members.length > 0 && visibility !== 'shared')
    throw invalid('member', `needs --visibility shared; an image that is ${visibility} has no members.`);
  return {
    ...(target.where === '' ? {} : { cloud: target.where }),
    insecure: values.flag('insecure'),
    ...values.optional('name', 'name'),
    preset: values.word('preset', PRESETS, preset),
    visibility,
    protected: values.flag('protected'),
    tags: values.list('tag'),
    members,
    ...(minDisk === undefined ? {} : { minDisk }),
    minRam: values.count('min-ram') ?? 0,
    properties: values.pairs('property'),
    ...values.optional('store', 'store'),
    way: wayOf(values.text('import')),
    said: saidFields(values),
    ...(replace === undefined ? {} : { replace }),
  };
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
function retirePolicy(values: TargetValues): RetirePolicy | undefined {
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

function wayOf(word: string | undefined): Way {
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
