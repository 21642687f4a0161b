import { dirname } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type * as z from 'zod';
import type { Problem } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { type KeyPath, keyPlaces, startOf } from './key-places.ts';
import type { Settings } from './settings.ts';
import { strangeNodes } from './strange-nodes.ts';
import { keysAt } from './template-keys.ts';
import { fileAndLine, inLineOrder, placeIn } from './template-place.ts';
import { settingsOf, templateSchema } from './template-schema.ts';
import { yamlProblems } from './yaml-problems.ts';

/** One template file, read: what it says, what is wrong with it, and where each of its keys stands. */
export type ParsedTemplate = {
  readonly settings: Settings;
  /** The template below this one, as written. */
  readonly base: string | undefined;
  /** In the order of the file's lines. */
  readonly problems: readonly Problem[];
  /** The first-level keys that could not be read, and are left out of the settings. */
  readonly faulty: readonly string[] | 'all';
  /** `vm-templates/x.yaml:4:3 disk.size`, or undefined when the file does not have the key. */
  readonly locate: (path: KeyPath) => string | undefined;
};

export type TemplateText = {
  readonly text: string;
  /** Absolute; relative paths inside are seen from its folder. */
  readonly path: string;
  /** How messages name the file. */
  readonly label: string;
};

/** Reads one template's text. Never throws for what stands in it: everything wrong comes back as problems. */
export function parseTemplate({ text, path, label }: TemplateText): ParsedTemplate {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return placeIn(label, line, col);
  };
  // Of tags the parser knows neither the key nor all that are strange here.
  const others = [...document.errors, ...duplicateKeys(document), ...document.warnings].filter(
    ({ code }) => code !== 'TAG_RESOLVE_FAILED',
  );
  const malformed = yamlProblems(others, text, lines).map(({ offset, problem }) => ({
    where: place(offset),
    problem,
  }));
  const offsetOf = keyPlaces(document);
  const locate = (keys: KeyPath, at: 'key' | 'value' = 'value'): string | undefined => {
    const offset = offsetOf(keys, at);
    return offset === undefined ? undefined : `${place(offset)} ${nameOf(keys)}`;
  };
  const broken = document.errors.length > 0;
  const shape = broken ? undefined : shapeProblem(document, label, place);
  const nothing = { settings: {}, base: undefined, locate, faulty: 'all' as const };
  if (broken || shape) return { ...nothing, problems: shape ? [...malformed, shape] : malformed };

  const marked = (offset: number, keys: KeyPath): string => `${place(offset)} ${nameOf(keys)}`.trimEnd();
  const strange = strangeNodes(document).map(({ problem, offset, keys }) => ({
    where: marked(offset, keys),
    problem,
  }));
  if (strange.length > 0) return { ...nothing, problems: inLineOrder([...malformed, ...strange]) };
  keepKeysAsWritten(document);
  keepVariablesAsWritten(document);
  const value = plainValue(document);
  if (value.problem !== undefined)
    return {
      ...nothing,
      problems: [{ where: firstAlias(document, place, value.alias) ?? label, problem: value.problem }],
    };
  const parsed = templateSchema(dirname(path)).safeParse(value.plain);
  if (parsed.success) {
    const { base } = parsed.data;
    const settings = withPatternPlaces(settingsOf(parsed.data), locate);
    return { settings, base, locate, problems: malformed, faulty: [] };
  }
  const around: Around = (keys, at) =>
    locate(keys, at) ?? (keys.length > 0 ? around(keys.slice(0, -1), at) : label);
  const found = parsed.error.issues.flatMap((issue) => problemsOf(issue, around));
  const problems = inLineOrder([...malformed, ...found]);
  return {
    ...nothing,
    base: baseOf(document),
    problems,
    ...soundPart(path, value.plain, parsed.error.issues),
  };
}

/** A pattern decides hours later, in a build that may have several templates: it keeps its file and line. */
function withPatternPlaces(settings: Settings, locate: ParsedTemplate['locate']): Settings {
  const { watch } = settings;
  if (watch?.patterns === undefined) return settings;
  const patterns = watch.patterns.map((pattern, index) => {
    const where = fileAndLine(locate(['watch', 'patterns', index, 'match']));
    return where === undefined ? pattern : { ...pattern, where };
  });
  return { ...settings, watch: { ...watch, patterns } };
}

/** What can be used of a template with faulty keys, so that the problems of the rest are told as well. */
function soundPart(
  path: string,
  plain: unknown,
  issues: readonly z.core.$ZodIssue[],
): Pick<ParsedTemplate, 'settings' | 'faulty'> {
  const faulty = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0
      ? issue.keys
      : issue.path.slice(0, 1).map(String),
  );
  const left = new Set(faulty);
  const sound = Object.entries(Object(plain)).filter(([key]) => !left.has(key));
  const parsed = templateSchema(dirname(path)).safeParse(
    Object.fromEntries([...sound, ...soundVariables(plain, issues)]),
  );
  if (!parsed.success) return { settings: {}, faulty: 'all' };
  // Nobody knows what the file below would have set.
  return { settings: settingsOf(parsed.data), faulty: faulty.includes('base') ? 'all' : faulty };
}

/** Of variables the others are checked as well. */
function soundVariables(
  plain: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly (readonly [string, unknown])[] {
  const paths = issues.map(({ path }) => path).filter(([key]) => key === 'variables');
  if (paths.length === 0 || paths.some(({ length }) => length === 1)) return [];
  const { variables } = Object(plain);
  const faulty = new Set(paths.map(([, key]) => key));
  const sound = Object.entries(Object(variables)).filter(([name]) => !faulty.has(name));
  return [['variables', Object.fromEntries(sound)]];
}

function shapeProblem(
  document: Document,
  label: string,
  place: (offset: number) => string,
): Problem | undefined {
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null))
    return {
      where: label,
      problem: 'is empty; a template is a map of keys and values such as "memory: 1GiB"',
    };
  if (isMap(root)) return undefined;
  const found = isScalar(root) ? 'a single value' : 'a list';
  return {
    where: place(startOf(root) ?? 0),
    problem: `holds ${found}; a template is a map of keys and values such as "memory: 1GiB"`,
  };
}

const ALIASES_WITHOUT_END =
  'its aliases ("*name") repeat themselves, or one another, without end; write out what they stand for';

/** `maxAliasCount` stops a file of a few lines from growing to gigabytes ("billion laughs"); yaml throws a ReferenceError. */
function plainValue(document: Document): {
  readonly plain?: unknown;
  readonly problem?: string;
  /** The one it is about; the first where none is named. */
  readonly alias?: string;
} {
  try {
    return { plain: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // "Unresolved alias (the anchor must be set before the alias): x"
    const [, name] = /^Unresolved alias .*: (.*)$/.exec(error.message) ?? [];
    if (name === undefined) return { problem: ALIASES_WITHOUT_END };
    const problem = `nothing before it has the anchor "&${name}"; put a value that begins with "*" in quotes`;
    return { problem, alias: name };
  }
}

function firstAlias(
  document: Document,
  place: (offset: number) => string,
  name: string | undefined,
): string | undefined {
  let found: number | undefined;
  visit(document, {
    Alias: (_key, { range, source }) => {
      if (name !== undefined && source !== name) return undefined;
      found = range?.[0];
      return visit.BREAK;
    },
  });
  return found === undefined ? undefined : place(found);
}

/** A key is the word that stands there: `1`, `null` and `true` are none of a number, of nothing and of a truth. */
function keepKeysAsWritten(document: Document): void {
  visit(document, {
    Pair: (_at, { key }) => {
      if (isScalar(key) && typeof key.value !== 'string') key.value = key.source ?? String(key.value);
    },
  });
}

/** A variable's value is text: `1.10` and `0644` stay as written instead of becoming numbers. */
function keepVariablesAsWritten(document: Document): void {
  const variables = isMap(document.contents) ? document.contents.get('variables', true) : undefined;
  if (!isMap(variables)) return;
  for (const { value } of variables.items) {
    if (isScalar(value) && ['number', 'boolean', 'bigint'].includes(typeof value.value))
      value.value = value.source ?? String(value.value);
  }
}

function baseOf(document: Document): string | undefined {
  const base: unknown = isMap(document.contents) ? document.contents.get('base') : undefined;
  return typeof base === 'string' && base !== '' ? base : undefined;
}

function problemsOf(issue: z.core.$ZodIssue, around: Around): readonly Problem[] {
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ where: around(issue.path, 'key'), problem: message }));
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => ({
      where: around([...issue.path, key], 'key'),
      problem:
        key === '<<'
          ? NO_MERGE
          : `unknown key "${key}".${suggestion(key, known) || ` Known here: ${known.join(', ')}.`}`,
    }));
  }
  const problem =
    issue.code === 'invalid_type' ? `expects ${SHAPES[issue.expected] ?? issue.expected}` : issue.message;
  return [{ where: around(issue.path), problem }];
}

const NO_MERGE =
  'templates have no merge keys ("<<"); write the keys out, or put them into a template named as base';

type Around = (keys: KeyPath, at?: 'key' | 'value') => string;

const SHAPES: Readonly<Record<string, string>> = {
  object: 'a map of keys and values',
  record: 'a word, or a map of keys and values',
  array: 'a list',
};

function nameOf(keys: KeyPath): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
