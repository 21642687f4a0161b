import { basename, dirname } from 'node:path';
import { type Problem, SpecError, specErrorOf } from '../foundation/errors.ts';
import { detectKind } from '../install-script/detect-kind.ts';
import { readScript } from '../install-script/read-script.ts';
import { type ScriptHints, scriptHints } from '../install-script/script-hints.ts';
import type { MediaSource } from '../media/install-media.ts';
import { findOs, findOsBySuite } from '../os/find-os.ts';
import { OPERATING_SYSTEMS } from '../os/os-table.ts';
import { nameFrom } from './build-name.ts';
import type { BuildOverrides } from './build-overrides.ts';
import type { BuildSpec } from './build-spec.ts';
import { type BuildTarget, findTarget } from './build-target.ts';
import { checkOverrideKeys, checkVariableNames, type GivenVariables, ownVariablesOf } from './check-names.ts';
import { checkSpec } from './check-spec.ts';
import { checkVariableValues } from './check-variable-values.ts';
import { completeSpec } from './complete-spec.ts';
import { findTemplate, labelOf } from './find-template.ts';
import type { KeyPath } from './key-places.ts';
import { type LoadedTemplate, readTemplateChain, type TemplatePlaces } from './load-template.ts';
import { mediaOf } from './media-word.ts';
import { faultyOptions } from './option-keys.ts';
import { osOfMedia } from './os-of-media.ts';
import { readOs } from './os-word.ts';
import { overrideSettings } from './override-settings.ts';
import { ProblemList } from './problem-list.ts';
import { wrongKindError } from './script-kind.ts';
import { placeFinder, settingKeys } from './setting-places.ts';
import { mergeSettings, type Settings } from './settings.ts';
import { inLineOrder } from './template-place.ts';

export type SpecRequest = TemplatePlaces & {
  /** A template's name, a template file or an install script; undefined when the overrides name media. */
  readonly target?: string | undefined;
  readonly overrides?: BuildOverrides;
};

type Base = Omit<LoadedTemplate, 'name'> & { readonly fallbackName: string };

/** What was asked for, with everything that is wrong with it. */
export type SpecReading = {
  /** As far as its parts could be read; the others are as if nobody had named them. */
  readonly spec: BuildSpec;
  /** What messages call it. */
  readonly subject: string;
  readonly problems: readonly Problem[];
  /** The error that stands for a problem when that is the only one. */
  readonly failure: SpecError | undefined;
  /** Where a key that counts was written, as a line of a template or an option. */
  readonly locate: (path: KeyPath) => string | undefined;
  /** Settings with a problem of their own. */
  readonly isFaulty: (key: keyof Settings) => boolean;
};

/**
 * What is to be built: the target's template with its bases, the install script when that is the target, and the options over all.
 * @throws SpecError `spec.invalid` with every problem found, or the code that all of them have; `template.not-found`, `script.*`
 */
export async function resolveSpec(request: SpecRequest): Promise<BuildSpec> {
  const reading = await readSpec(request);
  if (reading.problems.length > 0) throw specRefusal(reading);
  return reading.spec;
}

/** All problems as one error, `more` from elsewhere among them. */
export function specRefusal(
  { subject, problems, failure }: SpecReading,
  more: readonly Problem[] = [],
): SpecError {
  const all = [...problems, ...more];
  return failure !== undefined && all.length === 1 ? failure : specErrorOf(subject, inLineOrder(all));
}

/**
 * The same with its problems returned for others to be added.
 * @throws SpecError `template.not-found`, `template.unreadable`, and `script.*` of a target that cannot be read
 */
export async function readSpec(request: SpecRequest): Promise<SpecReading> {
  const { overrides = {}, ...places } = request;
  const target = await findTarget(request.target, places);
  const given = overrideSettings(overrides, places.cwd);
  const base = await baseOf(target, given.settings, places);
  const merged = withOsOfMedia(mergeSettings(base.settings, given.settings));
  const { list } = given;
  checkOverrideKeys(overrides, list);
  list.addAll(base.problems);
  const faulty = new Set<string>([...faultyOptions(list), ...settingKeys(base.faulty)]);
  const isFaulty = (key: keyof Settings): boolean => base.faulty === 'all' || faulty.has(key);
  const variables = isFaulty('script') ? new Map() : variablesFor(target, base, given.settings);
  const { settings, failure: unread } = await withScriptKind(merged, variables, places, list);
  if (unread !== undefined) faulty.add('script');
  const spec = completeSpec({
    settings,
    fallbackName: base.fallbackName || nameFromMedia(settings) || 'image',
    templates: base.sources,
  });
  const locate = placeFinder(base.locate, given.settings, overrides);
  checkVariableValues(spec, locate, list);
  checkSpec(spec, list, locate, isFaulty);
  const isKnown = !(['os', 'media', 'script'] as const).some(isFaulty);
  const failure = unread ?? (isKnown ? wrongKindError(spec, places.cwd) : undefined);
  const isNoMedia = target.type === 'script' && spec.media.length === 0 && failure === undefined;
  const reading = { spec, subject: subjectOf(target), locate, isFaulty };
  if (isNoMedia && list.problems.every(({ where }) => where === 'media'))
    return { ...reading, problems: list.problems, failure: noMedia(target, spec.os) };
  if (failure === undefined) return { ...reading, problems: inLineOrder(list.problems), failure };
  const where = locate(['script', 'path']) ?? locate(['script']);
  list.add(where ?? 'script', failure.message, failure.code);
  return { ...reading, problems: inLineOrder(list.problems), failure: placed(failure, where) };
}

/** Media that can only be one system's tell it where nobody does. */
const withOsOfMedia = (settings: Settings): Settings => ({
  ...settings,
  os: settings.os ?? osOfMedia(settings.media),
});

/** The same error, told with the place of the key that it is about. */
function placed({ code, message, details, cause }: SpecError, where: string | undefined): SpecError {
  return new SpecError(code, where === undefined ? message : `${where}: ${message}`, { details, cause });
}

/** What the script must ask for. A script that takes the place of a template's own need not ask for what that one did. */
function variablesFor(target: BuildTarget, base: Base, given: Settings): GivenVariables {
  const isOwnScript = target.type === 'template' && given.script?.path === undefined;
  const options = Object.keys(given.variables ?? {}).map((name) => [name, '--var'] as const);
  return new Map([...(isOwnScript ? ownVariablesOf(base) : []), ...options]);
}

/**
 * The kind follows from the script's text unless somebody named it. `variables`: names that the script must ask for. `failure`, with the
 * code `script.not-found`, `script.unknown-kind`, `script.encoding` or `script.empty`, says why it cannot be read.
 */
async function withScriptKind(
  settings: Settings,
  variables: GivenVariables,
  { cwd }: TemplatePlaces,
  list: ProblemList,
): Promise<{ readonly settings: Settings; readonly failure?: SpecError }> {
  const { script } = settings;
  if (script?.path === undefined) {
    checkVariableNames(variables, undefined, list);
    return { settings };
  }
  const label = labelOf(script.path, cwd);
  try {
    const text = await readScript(script.path, label);
    const kind = script.kind ?? detectKind(text, label);
    checkVariableNames(variables, { text, kind, label }, list);
    return { settings: { ...settings, script: { ...script, kind } } };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { settings: { ...settings, script: undefined }, failure: error };
  }
}

function subjectOf(target: BuildTarget): string {
  return target.type === 'none' ? 'The build' : `The build of ${basename(target.path)}`;
}

const NOTHING: Base = {
  settings: {},
  ownVariables: [],
  sources: [],
  problems: [],
  faulty: [],
  locate: () => undefined,
  fallbackName: '',
};

async function baseOf(target: BuildTarget, given: Settings, places: TemplatePlaces): Promise<Base> {
  switch (target.type) {
    case 'none':
      return NOTHING;
    case 'template': {
      const template = await readTemplateChain(target.path, places);
      return { ...template, fallbackName: nameFrom(template.name) };
    }
    case 'script':
      return baseOfScript(target, given, places);
  }
}

/** The template of the script's operating system with the script replaced; without one, what the script itself tells. */
async function baseOfScript(
  target: Extract<BuildTarget, { type: 'script' }>,
  given: Settings,
  places: TemplatePlaces,
): Promise<Base> {
  const { path, kind, text, label } = target;
  const { directive, suite, tree } = scriptHints(text, kind);
  const list = new ProblemList();
  const said = list.read(`${label} "# kiln: os="`, directive.os, readOs);
  const named = list.read(`${label} "# kiln:"`, directive, (words) => saidMedia(words, dirname(path)));
  const bySuite = suite === undefined ? undefined : findOsBySuite(suite)?.id;
  const os = given.os ?? said ?? bySuite ?? osOfMedia(given.media ?? (named && [named]));
  const stem = os === undefined ? undefined : findOs(os)?.template;
  const template = stem === undefined ? NOTHING : await templateOf(stem, places);
  // The script's own mirror serves only where no template knows better: a template may list several media.
  const own =
    template.settings.media === undefined && tree ? mediaOf('location', tree, places.cwd) : undefined;
  const media = named ?? own;
  const fallbackName = nameFrom(basename(path).replace(/\.[^.]+$/, ''));
  const settings = { name: undefined, script: { path, kind }, os, media: media && [media] };
  return {
    ...template,
    settings: mergeSettings({ ...template.settings, name: undefined }, settings),
    problems: [...template.problems, ...list.problems],
    // The template's own script plays no part, nor do its media where the script says others.
    locate: (keys) =>
      keys[0] === 'script' || (keys[0] === 'media' && media !== undefined)
        ? undefined
        : template.locate(keys),
    fallbackName,
  };
}

function saidMedia(said: ScriptHints['directive'], folder: string): MediaSource | undefined {
  if (said.location !== undefined) return mediaOf('location', said.location, folder);
  return said.cdrom === undefined ? undefined : mediaOf('cdrom', said.cdrom, folder);
}

async function templateOf(stem: string, places: TemplatePlaces): Promise<Base> {
  const path = await findTemplate(stem, [places.templateDir], places.templateDir);
  if (path === undefined) return NOTHING;
  return { ...(await readTemplateChain(path, places)), fallbackName: '' };
}

function nameFromMedia({ media }: Settings): string {
  const from = media?.[0]?.from.replace(/[?#].*$/, '').replace(/\/+$/, '') ?? '';
  return nameFrom(basename(from).replace(/\.(iso|img|qcow2|raw|vmdk|vdi|vhdx?)$/i, ''));
}

function noMedia(
  { label, kind, text }: Extract<BuildTarget, { type: 'script' }>,
  os: string | undefined,
): SpecError {
  const usesCdrom = kind === 'kickstart' && /^\s*cdrom\b/m.test(text);
  const cdrom = usesCdrom ? ' (its "cdrom" command means the media it is started from)' : '';
  const add = 'Add --cdrom <iso> or --location <tree>';
  const advice =
    os === undefined
      ? `. ${add}, or name the system: put "# kiln: os=debian13" at its head or give --os.`
      : `, and ${whyNoMedia(os)}. ${add}.`;
  return new SpecError('spec.no-media', `${label} does not tell what to install from${cdrom}${advice}`, {
    details: { script: label },
  });
}

const whyNoMedia = (os: string): string =>
  findOs(os)?.template === undefined
    ? `there is no template of ${os}${othersLike(os)}`
    : `the template of ${os} names no media`;

/** The releases of the same distribution for which there is a template. */
function othersLike(os: string): string {
  const distribution = os.replace(/\d.*$/, '');
  const known = OPERATING_SYSTEMS.filter(
    ({ id, template }) => template && id.replace(/\d.*$/, '') === distribution,
  );
  return known.length === 0 ? '' : ` (there is one of ${known.map(({ id }) => id).join(', ')})`;
}
