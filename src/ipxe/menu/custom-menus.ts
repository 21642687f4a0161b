import { basename, join } from 'node:path';
import {
  type Document,
  type DocumentOptions,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
} from 'yaml';
import { SpecError } from '../../foundation/errors.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import { clipped } from '../../foundation/printable.ts';
import { checkScript } from '../check-script.ts';
import { readIpxeUrl } from '../ipxe-url.ts';
import { endsEarly, isTitle, TITLE_TEXT } from '../script-words.ts';
import { actionLines } from './action-lines.ts';
import type { ExtraEntry, ExtraMenu } from './menu-options.ts';
import { namesIn, textIn } from './users-folder.ts';

type Action = ExtraEntry['action'];
type PlainMap = Readonly<Record<string, unknown>>;

/** What an entry does: exactly one of them. */
const ACTIONS = ['kernel', 'chain', 'sanboot', 'menu'];
const OF_KERNEL = ['initrd', 'arguments'];
const OF_ENTRY = ['key', 'title', ...ACTIONS, ...OF_KERNEL];
const OF_MENU = ['title', 'entries'];

/**
 * The user's menus: `menu.yaml` of a folder and what it includes (docs/ipxe.md).
 * @throws SpecError `ipxe.bad-menu` with the file and the entry; `ipxe.menu-cycle`; `ipxe.bad-url`
 */
export async function readCustomMenus(folder: string): Promise<readonly ExtraMenu[]> {
  const names = await namesIn(folder, 'menu.yaml', (why, cause) => bad(folder, why, cause));
  if (!names.includes('menu.yaml'))
    throw bad(folder, 'has no menu.yaml, with which a folder of menus begins');
  const menus = new Map<string, ExtraMenu>();
  await readMenu(folder, 'menu.yaml', [], menus);
  return [...menus.values()];
}

async function readMenu(
  folder: string,
  file: string,
  above: readonly string[],
  menus: Map<string, ExtraMenu>,
): Promise<void> {
  const way = [...above, file];
  if (above.includes(file)) {
    const circle = way.slice(above.indexOf(file)).join(' → ');
    throw new SpecError(
      'ipxe.menu-cycle',
      `The menus contain each other: ${circle}. "Back" is there without an entry of its own.`,
      {
        details: { circle: way },
      },
    );
  }
  if (menus.has(file)) return;
  const path = join(folder, file);
  const content = asMap(await readYaml(folder, file), path);
  requireKnown(content, OF_MENU, path);
  const entries = asList(content.entries, path).map((entry, index) =>
    readEntry(entry, `${path} entry ${index + 1}`),
  );
  const keys = entries.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) throw bad(path, `has two entries with the key "${twice}"; rename one`);
  const title = readTitle(content.title ?? basename(file, '.yaml'), path);
  menus.set(file, {
    source: path,
    name: menuName(file),
    title,
    entries: entries.map(({ included: _, ...entry }) => entry),
  });
  for (const { included } of entries)
    if (included !== undefined) await readMenu(folder, included, way, menus);
}

/** `menu.yaml` → `custom`, `more.yaml` → `custom-more`: apart from the generated ones. */
function menuName(file: string): string {
  return file === 'menu.yaml' ? 'custom' : `custom-${basename(file, '.yaml')}`;
}

/** Text stays as it is written: `24.10` is a release and no number. Only what nobody means as text is told apart. */
const AS_WRITTEN: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'failsafe',
  customTags: ['null', 'bool'],
  logLevel: 'error',
};

async function readYaml(folder: string, file: string): Promise<unknown> {
  const path = join(folder, file);
  const text = await textIn(folder, file, (why, cause) => bad(path, why, cause));
  const document = parseDocument(text, AS_WRITTEN);
  requireSound(document, path);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw bad(path, `is no valid YAML: ${firstLine(cause)}`, cause);
  }
}

function requireSound({ errors: [error], warnings: [warning] }: Document.Parsed, path: string): void {
  if (error?.code === 'MULTIPLE_DOCS') throw bad(path, 'holds several documents; keep one', error);
  if (error?.code === 'RESOURCE_EXHAUSTION') throw bad(path, 'is nested too deeply', error);
  if (error !== undefined) throw bad(path, `is no valid YAML: ${firstLine(error)}`, error);
  if (warning !== undefined)
    throw bad(path, `is no plain YAML: ${firstLine(warning)}; leave that out`, warning);
}

const firstLine = ({ message }: Error): string => message.replace(/:?\n.*$/s, '');

function requireKnown(map: PlainMap, known: readonly string[], where: string): void {
  const name = Object.keys(map).find((one) => !known.includes(one));
  if (name === undefined) return;
  const keys = known.join(', ');
  throw bad(where, `has an unknown key "${clipped(name)}"; known are ${keys}.${suggestion(name, known)}`);
}

function readEntry(value: unknown, where: string): ExtraEntry & { readonly included?: string } {
  const map = asMap(value, where);
  requireKnown(map, OF_ENTRY, where);
  const key = asText(map.key, `${where} key`);
  if (!/^[a-z0-9][a-z0-9_-]{0,40}$/.test(key) || key === 'back')
    throw bad(
      where,
      `has the key "${clipped(key)}"; keys are made of a-z, 0-9, - and _, and "back" is taken`,
    );
  requireHeeded(map, where);
  const title = readTitle(map.title ?? key, where);
  const { menu } = map;
  if (menu === undefined) {
    const entry = { key, title, action: readAction(map, where) };
    requireGoodLines(entry, where);
    return entry;
  }
  const included = asText(menu, `${where} menu`);
  if (!/^[\w-]+\.yaml$/.test(included))
    throw bad(where, `includes "${clipped(included)}"; name a .yaml file of the same folder`);
  const action = { kind: 'menu', name: menuName(included) } as const;
  return { key, title, action, included };
}

/** What is wrong with a line of the script is told where the line comes from. */
function requireGoodLines(entry: ExtraEntry, where: string): void {
  const [finding] = checkScript(['#!ipxe', ...actionLines(entry, false), ':failed', ':ended', ''].join('\n'));
  if (finding === undefined) return;
  throw new SpecError('ipxe.bad-menu', `${where}: ${finding.problem}.`, { details: { where } });
}

function requireHeeded(map: PlainMap, where: string): void {
  const given = (names: readonly string[]): string[] => names.filter((name) => map[name] !== undefined);
  const [action, more] = given(ACTIONS);
  if (action === undefined || more !== undefined)
    throw bad(where, `must name exactly one of ${ACTIONS.join(', ')}`);
  const unheeded = action === 'kernel' ? [] : given(OF_KERNEL);
  if (unheeded.length > 0)
    throw bad(where, `has ${unheeded.join(', ')}, which only a kernel takes; ${action} would not heed it`);
}

function readAction(map: PlainMap, where: string): Action {
  if (map.chain !== undefined) return { kind: 'chain', url: asUrl(map.chain, `${where} chain`) };
  if (map.sanboot !== undefined) return { kind: 'sanboot', url: asUrl(map.sanboot, `${where} sanboot`) };
  const words = map.arguments === undefined ? '' : asText(map.arguments, `${where} arguments`);
  if (/[\u0000-\u001f\u007f]/.test(words) || endsEarly(words))
    throw bad(
      where,
      'has arguments with a line break, a control character, a word that begins with #, or the word &&, || or ;',
    );
  return {
    kind: 'linux',
    kernel: asUrl(map.kernel, `${where} kernel`),
    initrds: readInitrds(map.initrd, `${where} initrd`),
    arguments: words === '' ? [] : [words],
  };
}

function readInitrds(value: unknown, where: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [asUrl(value, where)];
  return value.map((one, index) => asUrl(one, `${where} ${index + 1}`));
}

function readTitle(value: unknown, where: string): string {
  const title = asText(value, `${where} title`);
  if (isTitle(title)) return title;
  throw bad(where, `has the title ${JSON.stringify(clipped(title))}; iPXE shows ${TITLE_TEXT}`);
}

function asText(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (value === undefined) throw bad(where, 'is missing');
  throw bad(
    where,
    value === null || value === '' ? 'is empty' : 'is no text; if it is meant as such, quote it',
  );
}

function asUrl(value: unknown, where: string): string {
  const text = asText(value, where);
  try {
    return readIpxeUrl(text);
  } catch (cause) {
    if (!(cause instanceof SpecError)) throw cause;
    throw new SpecError(cause.code, `${where}: ${cause.message}`, { cause, details: { where, url: text } });
  }
}

function asMap(value: unknown, where: string): PlainMap {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as PlainMap;
  throw bad(where, 'is no map of keys and values');
}

function asList(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) throw bad(where, 'has no list "entries"');
  if (!Array.isArray(value)) throw bad(where, 'has "entries" that are no list');
  if (value.length === 0) throw bad(where, 'has no entries in its list "entries"');
  return value;
}

function bad(where: string, problem: string, cause?: unknown): SpecError {
  const end = /[.?]$/.test(problem) ? '' : '.';
  return new SpecError('ipxe.bad-menu', `${where} ${problem}${end}`, { cause, details: { where } });
}
