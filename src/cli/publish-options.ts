import { Option } from 'commander';
import type { PublishTarget, TargetKind } from '../publish/publish-target.ts';
import { TARGET_OPTIONS } from '../publish/publish-target.ts';
import type { KilnCommand } from './kiln-command.ts';

/** What commander collects: by attribute name, as typed. */
export type PublishOptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** `name <value>` as commander wants it, and the help's text. Options without a row here take no part in the command line. */
const TEXTS: Readonly<Record<string, readonly [value: string, text: string]>> = {
  name: ['<name>', "what it is to be called (default: the build's name)"],
  format: [
    '<format>',
    "which of a build's images: qcow2, raw, vmdk, vhd, vhdx, vdi; a lone image must be of that format",
  ],
  preset: ['<name>', 'whose properties: kvm, ironic, xen or none'],
  visibility: ['<who>', 'private, shared, community or public'],
  protected: ['', 'forbid its deletion'],
  tag: ['<tag>', 'tag of the image; repeatable'],
  member: ['<project>', 'project that may use a shared image, by id; repeatable'],
  'min-disk': ['<GiB>', 'smallest disk (default: the virtual size)'],
  'min-ram': ['<MiB>', 'smallest memory'],
  property: ['<key=value>', 'property of the image, over the preset; repeatable'],
  store: ['<store>', 'Glance store'],
  import: ['<method>', 'glance-direct or web-download=URL instead of a plain upload'],
  replace: ['[what]', 'take the name from an older image: rename, hide or delete it'],
  'keep-older': ['<count>', 'with --replace delete: leave so many older ones'],
  insecure: ['', 'do not check certificates'],
  image: ['<id>', 'image that is in Glance already'],
  size: ['<GiB>', "size of the volume (default: the image's)"],
  type: ['<type>', 'volume type'],
  zone: ['<zone>', 'availability zone'],
  snapshot: ['', 'take a snapshot of the volume'],
  'keep-image': ['', 'leave the image in Glance that the volume was made from'],
  url: ['<url>', 'address at which the image is; it is not looked at'],
  node: ['<node>', 'node by name or id'],
  'resource-class': ['<class>', 'any available node of this class'],
  'root-gb': ['<GiB>', 'size of the root partition (partition images)'],
  'partition-image': ['', 'root file system, kernel and initrd as three images instead of the whole disk'],
  deploy: ['', 'deploy the node and wait until it is active'],
};

/** Where an option means something else than for the other targets. */
const OWN_TEXTS: Partial<Readonly<Record<TargetKind, typeof TEXTS>>> = {
  cinder: { replace: ['[rename]', 'take the name from an older volume, which is renamed: NAME (before …)'] },
  http: { url: ['<url>', 'address under which the folder is served'] },
};

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

/** Declares what one target takes; `publish-target.ts` has the list. */
export function addTargetOptions(command: KilnCommand, kind: TargetKind): KilnCommand {
  for (const [name, option] of Object.entries(TARGET_OPTIONS[kind])) {
    const [value, text] = OWN_TEXTS[kind]?.[name] ?? TEXTS[name] ?? ['<value>', name];
    const declared = new Option(`--${name}${value === '' ? '' : ` ${value}`}`, text);
    command.addOption(option === 'list' ? declared.argParser(collect) : declared);
  }
  return command
    .option('-n, --dry-run', 'look at the image and the cloud, say what would be done, change nothing')
    .option('--json', 'machine-readable output: one JSON object a line')
    .option('-v, --verbose', 'say what is done');
}

/** The words of the command line as a target; checked like a template's. */
export function targetOf(kind: TargetKind, where: string, values: PublishOptionValues): PublishTarget {
  const options = Object.keys(TARGET_OPTIONS[kind]).flatMap((name): [string, readonly string[]][] => {
    const value = values[attributeOf(name)];
    if (value === undefined || value === false) return [];
    return [[name, typeof value === 'object' ? value : [String(value)]]];
  });
  return { kind, where, options: Object.fromEntries(options) };
}

/** commander's name for an option: `min-disk` → `minDisk`. */
function attributeOf(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
