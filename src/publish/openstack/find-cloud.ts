import { PublishError } from '../../foundation/errors.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import {
  type CloudFiles,
  type Environment,
  isMap,
  mergeDeep,
  type PlainMap,
  readCloudFiles,
  type Surroundings,
} from './cloud-files.ts';
import type { CloudSettings, EndpointInterface } from './cloud-settings.ts';
import { readLogin } from './read-login.ts';
import { requireKinds, switchOf } from './require-kinds.ts';

export type CloudChoice = {
  /** Else OS_CLOUD, else the OS_* variables, else the only cloud of clouds.yaml. */
  readonly cloud?: string;
  /** Only where the user asked for it: certificates are not checked. */
  readonly insecure?: boolean;
  /** How a cloud is named where this was asked for; default `--cloud`. */
  readonly sayWhich?: string;
};

/**
 * The cloud to publish to, found as openstacksdk finds it. A cloud that is named is taken from clouds.yaml alone; OS_CACERT
 * and OS_REGION_NAME fill in what it leaves open, and OS_INSECURE counts as well.
 * @throws PublishError `publish.credentials`
 */
export async function findCloud(choice: CloudChoice, around: Surroundings): Promise<CloudSettings> {
  const files = await readCloudFiles(around);
  const { env } = around;
  const name = choice.cloud || env.OS_CLOUD || undefined;
  const fromEnvironment = name === undefined || name === 'envvars' ? environmentCloud(env) : undefined;
  if (fromEnvironment) return settingsOf('environment', undefined, fromEnvironment, env, choice);
  const chosen = name ?? onlyCloud(files, choice);
  const own = files.clouds[chosen];
  if (own === undefined) throw unknownCloud(chosen, files);
  const named = text(own.profile ?? own.cloud);
  const profile = files.profiles[named ?? ''];
  const settings = settingsOf(chosen, files.path ?? '', mergeDeep(profile ?? {}, own), env, choice);
  const { secure } = files;
  return {
    ...settings,
    ...(secure?.clouds.includes(chosen) ? { secureFile: secure.path } : {}),
    ...(named === undefined || profile !== undefined ? {} : { missingProfile: named }),
  };
}

function settingsOf(
  name: string,
  file: string | undefined,
  raw: PlainMap,
  env: Environment,
  { insecure }: CloudChoice,
): CloudSettings {
  const verify = !(
    insecure ||
    switchOf(raw.verify) === false ||
    isYes(raw.insecure) ||
    isYes(env.OS_INSECURE)
  );
  const optional = (key: 'region' | 'cacert' | 'cert' | 'key', value: unknown) => {
    const found = text(value);
    return found === undefined ? {} : { [key]: found };
  };
  const origin = file ?? 'the OS_* variables';
  requireKinds(name, origin, raw);
  return {
    name,
    fromEnvironment: file === undefined,
    origin,
    login: readLogin(name, raw),
    interface: interfaceOf(name, raw.interface ?? raw.endpoint_type),
    endpointOverrides: overridesOf(raw),
    verify,
    ...optional('region', raw.region_name ?? firstRegion(raw.regions) ?? env.OS_REGION_NAME),
    ...optional('cacert', raw.cacert ?? env.OS_CACERT),
    ...optional('cert', raw.cert),
    ...optional('key', raw.key),
  };
}

/** OS_* variables as a cloud of clouds.yaml; undefined when they name neither where to log in nor an endpoint. */
function environmentCloud(env: Environment): PlainMap | undefined {
  const value = (name: string): string | undefined => env[`OS_${name}`] || undefined;
  if (value('AUTH_URL') === undefined && value('ENDPOINT') === undefined) return undefined;
  const found = Object.entries(env).flatMap(([name, word]): [string, string][] =>
    name.startsWith('OS_') && word ? [[name.slice(3).toLowerCase(), word]] : [],
  );
  const all: PlainMap = Object.fromEntries(found);
  return { ...all, auth: all, interface: all.interface ?? all.endpoint_type };
}

function onlyCloud({ clouds, path, searched }: CloudFiles, { sayWhich = '--cloud' }: CloudChoice): string {
  const names = Object.keys(clouds);
  const [first] = names;
  if (first !== undefined && names.length === 1) return first;
  throw new PublishError(
    'publish.credentials',
    first === undefined
      ? `No OpenStack credentials were found: ${path === undefined ? `no clouds.yaml (looked for ${searched.slice(0, 1)} and in the usual folders)` : `${path} has no clouds`} and no OS_AUTH_URL. Write one, or set the OS_* variables.`
      : `Several clouds are known (${names.join(', ')}); say which with ${sayWhich} or OS_CLOUD.`,
  );
}

function unknownCloud(name: string, { clouds, path, searched }: CloudFiles): PublishError {
  const names = Object.keys(clouds);
  const known =
    names.length > 0
      ? `${path} has ${names.join(', ')}.`
      : path === undefined
        ? `No clouds.yaml was found (${searched[0]} and the usual folders).`
        : `${path} has none; they stand below "clouds:".`;
  return new PublishError(
    'publish.credentials',
    `No cloud is called "${name}".${suggestion(name, names)} ${known}`,
    {
      details: { cloud: name },
    },
  );
}

function interfaceOf(cloud: string, value: unknown): EndpointInterface {
  const word = (text(value) ?? 'public').replace(/URL$/, '');
  if (word === 'public' || word === 'internal' || word === 'admin') return word;
  throw new PublishError(
    'publish.credentials',
    `Cloud ${cloud}: "${word}" is no interface; write public, internal or admin.`,
  );
}

const OVERRIDE = /^(.+)_endpoint(?:_override)?$/;

function overridesOf(raw: PlainMap): Readonly<Record<string, string>> {
  const found = Object.entries(raw).flatMap(([key, value]): [string, string][] => {
    const service = OVERRIDE.exec(key)?.[1];
    const url = text(value);
    return service === undefined || url === undefined ? [] : [[service.replaceAll('-', '_'), url]];
  });
  return Object.fromEntries(found);
}

/** openstacksdk takes a region as a name or as a map with a name. */
function firstRegion(regions: unknown): unknown {
  const first: unknown = Array.isArray(regions) ? regions[0] : undefined;
  return isMap(first) ? first.name : first;
}

export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

const isYes = (value: unknown): boolean => switchOf(value) === true;
