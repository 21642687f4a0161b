import { isAbsolute, join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { PublishError } from '../../foundation/errors.ts';
import { readTextIfThere } from '../../foundation/read-regular-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type PlainMap = Readonly<Record<string, unknown>>;

export type CloudFiles = {
  /** Settings by cloud, secure.yaml already laid over clouds.yaml. */
  readonly clouds: Readonly<Record<string, PlainMap>>;
  /** Profiles of clouds-public.yaml by name. */
  readonly profiles: Readonly<Record<string, PlainMap>>;
  /** The clouds.yaml that was read. */
  readonly path: string | undefined;
  /** The secure.yaml that was read, and the clouds of which it says something. */
  readonly secure: { readonly path: string; readonly clouds: readonly string[] } | undefined;
  /** Where it was looked for. */
  readonly searched: readonly string[];
};

export type Surroundings = { readonly env: Environment; readonly cwd: string; readonly home: string };

const EXTENSIONS = ['.yaml', '.yml', '.json'] as const;

/**
 * Reads clouds.yaml, secure.yaml and clouds-public.yaml as openstacksdk does: the file that OS_CLIENT_CONFIG_FILE,
 * OS_CLIENT_SECURE_FILE or OS_CLIENT_VENDOR_FILE names comes first, then the current folder, the user's and the machine's; of each kind the
 * first one that exists counts (openstacksdk, "Configuring OpenStack SDK Applications").
 * @throws PublishError `publish.credentials` for a file that cannot be read
 */
export async function readCloudFiles(around: Surroundings): Promise<CloudFiles> {
  const { env } = around;
  const searched = candidates('clouds', env.OS_CLIENT_CONFIG_FILE, around);
  const main = await firstOf(searched);
  const secure = await firstOf(candidates('secure', env.OS_CLIENT_SECURE_FILE, around));
  const vendor = await firstOf(candidates('clouds-public', env.OS_CLIENT_VENDOR_FILE, around));
  const merged = mergeDeep(mapIn(main?.content, 'clouds'), mapIn(secure?.content, 'clouds'));
  return {
    clouds: mapsIn(merged),
    profiles: mapsIn(mapIn(vendor?.content, 'public-clouds')),
    path: main?.path,
    secure: secure && { path: secure.path, clouds: Object.keys(mapIn(secure.content, 'clouds')) },
    searched,
  };
}

function candidates(
  name: string,
  named: string | undefined,
  { env, cwd, home }: Surroundings,
): readonly string[] {
  const xdg = env.XDG_CONFIG_HOME;
  const config = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.config');
  const folders = [cwd, join(config, 'openstack'), join(home, '.config/openstack'), '/etc/openstack'];
  const files = [...new Set(folders)].flatMap((folder) =>
    EXTENSIONS.map((extension) => join(folder, `${name}${extension}`)),
  );
  return named ? [named, ...files] : files;
}

async function firstOf(
  paths: readonly string[],
): Promise<{ readonly path: string; readonly content: PlainMap } | undefined> {
  for (const path of paths) {
    const text = await readTextIfThere(path, refusal(path));
    if (text !== undefined) return { path, content: parseMap(path, text) };
  }
  return undefined;
}

const refusal = (path: string) => (why: string, cause: unknown) =>
  new PublishError('publish.credentials', `${path} ${why}. Mend it, or take it away.`, { cause });

/** The parser's message names line and column; the line's text is left out, as it may be a password. */
function parseMap(path: string, text: string): PlainMap {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw wrongFile(path, `is not valid YAML (line ${line}, ${problem.code}); mend it there.`);
  }
  const content = plainContent(path, document);
  if (content === null || content === undefined) return {};
  if (isMap(content)) return content;
  throw wrongFile(path, 'holds no settings: it has no keys. Begin it with "clouds:".');
}

/** What an alias is called is part of a password that begins with one, so that is not shown either. */
function plainContent(path: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw wrongFile(
      path,
      'uses aliases (*name) that stand for nothing or for too much. Write out what they mean, and put quotes around a value that begins with *.',
    );
  }
}

const wrongFile = (path: string, problem: string): PublishError =>
  new PublishError('publish.credentials', `${path} ${problem}`);

export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapIn(map: PlainMap | undefined, key: string): PlainMap {
  const value = map?.[key];
  return isMap(value) ? value : {};
}

function mapsIn(map: PlainMap): Readonly<Record<string, PlainMap>> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, isMap(value) ? value : {}]));
}

export function mergeDeep(below: PlainMap, above: PlainMap): PlainMap {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const old = merged.get(key);
    merged.set(key, isMap(old) && isMap(value) ? mergeDeep(old, value) : value);
  }
  return Object.fromEntries(merged);
}
