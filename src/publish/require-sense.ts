import { SpecError } from '../foundation/errors.ts';
import { refuseDownload, retirePolicy, SETTING_READERS, wayOf } from './glance/glance-settings.ts';
import { holdsLogin } from './openstack/http-address.ts';
import { requireOwnProperties } from './own-properties.ts';
import { OF_NEW_IMAGES, type PublishTarget, targetName } from './publish-target.ts';
import { idProblem, invalid, type TargetValues, targetValues } from './target-values.ts';

/**
 * Refuses options that contradict each other or what is published, which shows before any service is asked.
 * @param hasThing whether a build, a manifest or an image is named, or is being built
 * @throws SpecError `options.invalid` with all that is wrong
 */
export function requireSense(target: PublishTarget, hasThing: boolean): void {
  const [first, ...others] = senseProblems(target, hasThing);
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new SpecError('options.invalid', [first, ...others].map(({ message }) => message).join(' '));
}

export function senseProblems(target: PublishTarget, hasThing: boolean): readonly SpecError[] {
  const values = targetValues(target);
  const found = new Map<string, SpecError>();
  for (const check of CHECKS) {
    try {
      check({ target, values, hasThing });
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      found.set(error.message, error); // one value may be wrong for several
    }
  }
  return [...found.values()];
}

type Asked = {
  readonly target: PublishTarget;
  readonly values: TargetValues;
  readonly hasThing: boolean;
};

/** Each on its own, so that one does not hide the next. */
const CHECKS: readonly ((asked: Asked) => unknown)[] = [
  ({ values, target }) => requireName(values.text('name'), target),
  ({ values }) => requireId('node', values),
  ({ values }) => requireId('image', values),
  ({ values }) => requireWords(values),
  ({ values }) => requireOwnProperties(values.pairs('property')),
  refuseSecondImage,
  ({ values, target }) => target.kind === 'ironic' && requireOneNode(values),
  ({ target }) => target.kind === 'ironic' && refuseUnheeded(target),
  ({ values }) => values.count('size'),
  ({ values }) => values.count('root-gb'),
  ({ values }) => values.format(),
  ...SETTING_READERS.map(
    (read) =>
      ({ values }: Asked) =>
        read(values),
  ),
  ({ values, target }) => target.kind === 'cinder' && requireRenaming(values),
  ({ values }) => values.flag('partition-image') && refuseDownload({ way: wayOf(values) }),
  requireUrl,
];

function requireId(option: string, values: TargetValues): void {
  const problem = idProblem(values.text(option) ?? option);
  if (problem !== undefined) throw invalid(option, problem);
}

function requireWords(values: TargetValues): void {
  if (values.text('resource-class')?.trim() === '')
    throw invalid('resource-class', 'takes a class, not an empty word.');
  if (values.list('member').some((project) => project.trim() === ''))
    throw invalid('member', 'takes a project, not an empty word.');
  const longest = Math.max(0, ...values.list('tag').map((tag) => [...tag].length));
  if (longest > LONGEST_WORD) throw invalid('tag', `has ${longest} characters; ${LONGEST_WORD} is the most.`);
}

function refuseSecondImage({ values, target, hasThing }: Asked): void {
  const [image, url] = [values.text('image'), values.text('url')];
  if (image !== undefined && hasThing) {
    throw invalid(
      'image',
      `names an image that is in Glance already, and there is a build, a manifest or an image to be published to ${targetName(target)}: one of both alone can be meant. Leave out --image, or publish the image in Glance by itself (\`kiln publish ${target.kind} --image ${image}\`).`,
    );
  }
  if (image !== undefined && url !== undefined)
    throw invalid('image', 'and --url name two images; leave one of both out.');
}

function requireRenaming(values: TargetValues): void {
  const { action = 'rename' } = retirePolicy(values) ?? {};
  if (action !== 'rename')
    throw invalid(
      'replace',
      `renames older volumes and never hides or deletes them; leave out "${action}", and delete those that nobody needs with \`openstack volume delete\`.`,
    );
}

function requireUrl({ values, target }: Asked): void {
  const url = values.text('url');
  if (url === undefined) return;
  if (target.kind === 'http') requireFolderAddress(url);
  else requireImageAddress(url);
}

function requireFolderAddress(url: string): void {
  requireAddress(url, ['http', 'https'], 'http://images.lan/');
  if (/[?#]/.test(url))
    throw invalid(
      'url',
      'takes the address of the folder, and holds a query or fragment, behind which no file has room; leave it out.',
    );
  if (IMAGE_FILE.test(url))
    throw invalid(
      'url',
      `takes the address of the folder, to which the image's name is added, not "${url}".`,
    );
}

function requireImageAddress(url: string): void {
  requireAddress(url, ['http', 'https', 'file'], 'http://images.lan/disk.qcow2');
  if (url.endsWith('/'))
    throw invalid('url', `takes the address of the image itself, not of its folder, "${url}".`);
}

/** What Kiln's own images end in, and other tools' of these formats. */
const IMAGE_FILE = /\.(qcow2|img|raw|vmdk|vhd|vpc|vhdx|vdi)$/i;

/** In characters, as OpenStack's services count them. */
const LONGEST_WORD = 255;

function requireName(name: string | undefined, { kind }: PublishTarget): void {
  if (name?.trim() === '') throw invalid('name', 'takes a name, not an empty word.');
  if (name === undefined || kind === 'http') return; // a file's name has rules of its own
  // What the command line could not read as UTF-8 is U+FFFD here.
  if (/[\p{Cc}\ufffd]/u.test(name))
    throw invalid('name', `takes a name without control characters, in UTF-8, not ${JSON.stringify(name)}.`);
  const { length } = [...name];
  if (length > LONGEST_WORD) throw invalid('name', `has ${length} characters; ${LONGEST_WORD} is the most.`);
}

function requireOneNode(values: TargetValues): void {
  const [node, resourceClass] = [values.text('node'), values.text('resource-class')];
  if (node !== undefined && resourceClass !== undefined)
    throw invalid(
      'node',
      `names one node, and --resource-class takes any available one of class ${resourceClass}; leave one of both out.`,
    );
}

/** With an image that is somewhere already nothing is published that these could be about. */
function refuseUnheeded({ options }: PublishTarget): void {
  const source = ['url', 'image'].find((name) => options[name] !== undefined);
  const unheeded = OF_NEW_IMAGES.filter((name) => options[name] !== undefined);
  if (source === undefined || unheeded.length === 0) return;
  const words = unheeded.map((name) => `--${name}`).join(', ');
  const whole = unheeded.includes('partition-image')
    ? ' A partition image is three files, which reach a node through Glance alone.'
    : '';
  throw invalid(
    source,
    `names the one image that the node gets, which ${words} would not change; leave out one of both.${whole}`,
  );
}

/** What is refused for its login is not repeated. */
function requireAddress(text: string, schemes: readonly string[], example: string): void {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (holdsLogin(text))
    throw invalid(
      'url',
      'holds a login, which would stand in instance_info, in Ironic and on command lines. Leave it out, and let the address range of the agents in without one.',
    );
  if (address !== undefined && schemes.some((scheme) => text.startsWith(`${scheme}://`))) return;
  const begins = schemes.map((scheme) => `${scheme}://`).join(', ');
  throw invalid('url', `takes an address that begins with ${begins}, such as ${example}, not "${text}".`);
}
