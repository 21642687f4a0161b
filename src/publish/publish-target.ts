import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { quoteCommand } from '../process/run-command.ts';

export const TARGET_KINDS = ['glance', 'cinder', 'ironic', 'http'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** Where an image is to go, as one asked for it. Plain JSON without secrets: it stands in specs, plans and manifests. */
export type PublishTarget = {
  readonly kind: TargetKind;
  /** A cloud of clouds.yaml, empty for the environment's; a folder for `http`. */
  readonly where: string;
  /** Named like the options of `kiln publish KIND`; `true` and `false` for those without a value. */
  readonly options: Readonly<Record<string, readonly string[]>>;
};

type OptionKind = 'value' | 'list' | 'flag';

const IMAGE_OPTIONS = {
  name: 'value',
  format: 'value',
  preset: 'value',
  visibility: 'value',
  protected: 'flag',
  tag: 'list',
  member: 'list',
  'min-disk': 'value',
  'min-ram': 'value',
  property: 'list',
  store: 'value',
  import: 'value',
  replace: 'value',
  'keep-older': 'value',
  insecure: 'flag',
} as const;

/** What an image is published with, and one that Glance does not get, or has already, is not. */
export const OF_NEW_IMAGES: readonly string[] = [
  ...Object.keys(IMAGE_OPTIONS).filter((name) => name !== 'insecure' && name !== 'format'),
  'partition-image',
];

/** Older volumes only lose their name, so there is nothing to be counted. */
const { 'keep-older': _, ...VOLUME_OPTIONS } = IMAGE_OPTIONS;

/** Every option of every target. The command line declares the same ones; a test compares them. */
export const TARGET_OPTIONS: Readonly<Record<TargetKind, Readonly<Record<string, OptionKind>>>> = {
  glance: { ...IMAGE_OPTIONS, 'partition-image': 'flag' },
  cinder: {
    ...VOLUME_OPTIONS,
    image: 'value',
    size: 'value',
    type: 'value',
    zone: 'value',
    snapshot: 'flag',
    'keep-image': 'flag',
  },
  ironic: {
    ...IMAGE_OPTIONS,
    image: 'value',
    url: 'value',
    node: 'value',
    'resource-class': 'value',
    'root-gb': 'value',
    'partition-image': 'flag',
    deploy: 'flag',
  },
  http: { name: 'value', format: 'value', url: 'value' },
};

/** What was asked for, of which nothing is known yet. */
export type TargetParts = Omit<PublishTarget, 'kind'> & { readonly kind: string };

/**
 * Takes `glance:CLOUD,visibility=shared,tag=a,tag=b,protected` apart, or `glance,tag=a` of the environment's cloud. A comma inside a value
 * is doubled, as QEMU has it.
 */
export function wordParts(text: string): TargetParts {
  const [kind = ''] = text.split(/[:,]/, 1);
  const rest = text.slice(kind.length);
  const [where = '', ...pairs] = (rest.startsWith(':') ? rest.slice(1) : rest)
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
  const options = new Map<string, readonly string[]>();
  for (const pair of pairs) {
    const [key, value] = splitOnce(pair, '=');
    options.set(key, [...(options.get(key) ?? []), pair.includes('=') ? value : 'true']);
  }
  return { kind, where, options: Object.fromEntries(options) };
}

/** The same from a template's map: `{glance: CLOUD, visibility: shared, property: {a: b}}`. @throws SpecError `spec.invalid` */
export function mapParts(map: Readonly<Record<string, unknown>>): TargetParts {
  const [kind, another] = TARGET_KINDS.filter((name) => name in map);
  if (kind === undefined || another !== undefined)
    throw wrong(`names exactly one of ${TARGET_KINDS.join(', ')}`);
  const { [kind]: where, ...rest } = map;
  const options = Object.entries(rest).map(([key, value]) => [key, valuesOf(key, value)] as const);
  return { kind, where: where === null ? '' : oneWord(kind, where), options: Object.fromEntries(options) };
}

/** The command that publishes to this target again. */
export function publishCommand({ kind, where, options }: PublishTarget, what: string): string {
  const flags = Object.entries(options).flatMap(([key, values]) =>
    TARGET_OPTIONS[kind][key] === 'flag'
      ? values.at(-1) === 'true'
        ? [`--${key}`]
        : []
      : values.flatMap((value) => [`--${key}`, value]),
  );
  const place = where === '' ? [] : [kind === 'http' ? '--to' : '--cloud', where];
  return quoteCommand('kiln', ['publish', kind, what, ...place, ...flags]);
}

/** For messages: `glance:lab`. */
export function targetName({ kind, where }: TargetParts): string {
  return where === '' ? kind : `${kind}:${where}`;
}

/** Names for messages about several: `ironic:lab (2 of 2)` where one stands for two. */
export function numbered(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const all = names.filter((other) => other === name).length;
    const place = names.slice(0, index + 1).filter((other) => other === name).length;
    return all === 1 ? name : `${name} (${place} of ${all})`;
  });
}

/**
 * @returns the target with those of its options that it can have, and what is wrong with the others
 * @throws SpecError `spec.invalid` for what is no target
 */
export function checkParts({ kind, where, options }: TargetParts): {
  readonly target: PublishTarget;
  readonly problems: readonly string[];
} {
  const known = TARGET_KINDS.find((name) => name === kind);
  if (known === undefined) {
    throw wrong(
      `"${kind}" is nothing to publish to.${suggestion(kind, TARGET_KINDS)} Write for example glance:CLOUD`,
    );
  }
  if (known === 'http' && where === '') throw wrong('http needs a folder: http:FOLDER');
  const problems = Object.entries(options).flatMap(
    ([key, values]) => optionProblem(known, key, values) ?? [],
  );
  const good = Object.entries(options).filter(([key, values]) => !optionProblem(known, key, values));
  return { target: { kind: known, where, options: Object.fromEntries(good) }, problems };
}

function optionProblem(kind: TargetKind, key: string, values: readonly string[]): string | undefined {
  const option = TARGET_OPTIONS[kind][key];
  if (option === undefined) {
    const known = Object.keys(TARGET_OPTIONS[kind]);
    return `"${key}" is no option of ${kind}.${suggestion(key, known) || ` Known: ${known.join(', ')}.`}`;
  }
  if (option !== 'list' && values.length > 1) return `${key} was given ${values.length} times`;
  if (option === 'flag' && !values.every((value) => value === 'true' || value === 'false')) {
    return `${key} is true or false`;
  }
  return undefined;
}

function valuesOf(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((one: unknown) => oneWord(key, one));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, inner]) => `${name}=${oneWord(key, inner)}`);
  }
  return [oneWord(key, value)];
}

function oneWord(key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw wrong(`${key} has no usable value`);
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

export function wrong(problem: string): SpecError {
  return new SpecError('spec.invalid', problem);
}
