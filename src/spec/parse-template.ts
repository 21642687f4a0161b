import { dirname } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import type { Problem } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { Settings } from './settings.ts';
import { keysAt } from './template-keys.ts';
import { settingsOf, templateSchema } from './template-schema.ts';

export type KeyPath = readonly PropertyKey[];

/** One template file, read: what it says, what is wrong with it, and where each of its keys stands. */
export type ParsedTemplate = {
  readonly settings: Settings;
  /** The template below this one, as written. */
  readonly base: string | undefined;
  readonly problems: readonly Problem[];
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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${label}:${line}:${col}`;
  };
  const yamlProblems = [...document.errors, ...document.warnings].map((error) => ({
    where: place(error.pos[0]),
    problem: yamlProblem(error.code, error.message),
  }));
  const locate = (keys: KeyPath, at: 'key' | 'value' = 'value'): string | undefined => {
    const offset = offsetOf(document, keys, at);
    return offset === undefined ? undefined : `${place(offset)} ${nameOf(keys)}`;
  };
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  const shape = broken ? undefined : shapeProblem(document, label, place);
  const nothing = { settings: {}, base: undefined, locate };
  if (broken || shape) return { ...nothing, problems: shape ? [...yamlProblems, shape] : yamlProblems };

  keepVariablesAsWritten(document);
  const value = plainValue(document);
  if (value.problem !== undefined)
    return { ...nothing, problems: [{ where: label, problem: value.problem }] };
  const parsed = templateSchema(dirname(path)).safeParse(value.plain);
  if (parsed.success) {
    const { base } = parsed.data;
    return { settings: settingsOf(parsed.data), base, locate, problems: yamlProblems };
  }
  const around: Around = (keys, at) =>
    locate(keys, at) ?? (keys.length > 0 ? around(keys.slice(0, -1), at) : label);
  const found = parsed.error.issues.flatMap((issue) => problemsOf(issue, around));
  return { ...nothing, base: baseOf(document), problems: [...yamlProblems, ...found] };
}

/** What `yaml` says, in the words of somebody who edits a template. */
function yamlProblem(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; YAML wants blanks';
  if (code === 'DUPLICATE_KEY') return 'the key stands here a second time; remove one';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here ("---"); a template is one document';
  return message;
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

/** `maxAliasCount` stops a file of a few lines from growing to gigabytes ("billion laughs"); yaml throws a ReferenceError. */
function plainValue(document: Document): { readonly plain?: unknown; readonly problem?: string } {
  try {
    return { plain: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { problem: error.message };
  }
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
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => ({
      where: around([...issue.path, key], 'key'),
      problem: `unknown key "${key}".${suggestion(key, known) || ` Known here: ${known.join(', ')}.`}`,
    }));
  }
  const problem =
    issue.code === 'invalid_type' ? `expects ${SHAPES[issue.expected] ?? issue.expected}` : issue.message;
  return [{ where: around(issue.path), problem }];
}

type Around = (keys: KeyPath, at?: 'key' | 'value') => string;

const SHAPES: Readonly<Record<string, string>> = { object: 'a map of keys and values', array: 'a list' };

function nameOf(keys: KeyPath): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** Where a key's value stands; the key itself when it has no value, or is asked for. */
function offsetOf(document: Document, keys: KeyPath, at: 'key' | 'value'): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((entry) => isScalar(entry.key) && entry.key.value === key);
      if (pair === undefined) return undefined;
      node = pair.value;
      const hasValue = at === 'value' && !(isScalar(node) && node.value === null);
      offset = (hasValue ? startOf(node) : undefined) ?? startOf(pair.key);
    } else {
      node = typeof key === 'number' && isSeq(node) ? node.items[key] : undefined;
      if (node === undefined) return undefined;
      offset = startOf(node);
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
