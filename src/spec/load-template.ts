import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Problem, SpecError } from '../foundation/errors.ts';
import { readRegularFile } from '../foundation/read-regular-file.ts';
import { findTemplate, labelOf, templatesAdvice } from './find-template.ts';
import type { KeyPath } from './key-places.ts';
import { type ParsedTemplate, parseTemplate } from './parse-template.ts';
import { mergeSettings, type Settings } from './settings.ts';
import { inLineOrder, placeIn } from './template-place.ts';

export type TemplatePlaces = {
  /** Kiln's `vm-templates`, where bare names are looked up. */
  readonly templateDir: string;
  /** Folder that relative paths of the command line are seen from. */
  readonly cwd: string;
};

/** A template with everything below it, merged. */
export type LoadedTemplate = {
  readonly name: string;
  readonly settings: Settings;
  /** Names of the variables that the nearest file gives itself. */
  readonly ownVariables: readonly string[];
  /** Nearest first. */
  readonly sources: readonly { readonly name: string; readonly sha256: string }[];
  readonly problems: readonly Problem[];
  /** First-level keys that one of the files has wrong. */
  readonly faulty: readonly string[] | 'all';
  /** Where the key that counts stands, for problems that show after merging. */
  readonly locate: (path: KeyPath) => string | undefined;
};

type Link = ParsedTemplate & { readonly name: string; readonly sha256: string };

/**
 * Reads a template's file, known to exist, and the chain of its bases, with the problems returned for others to be added.
 * @throws SpecError `template.unreadable`
 */
export async function readTemplateChain(path: string, places: TemplatePlaces): Promise<LoadedTemplate> {
  const links: Link[] = [];
  let problems: readonly Problem[] = [];
  let faulty: readonly string[] = [];
  let isWhole = true;
  const visited: string[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const link = await readLink(next, places);
    visited.push(await realpath(next));
    links.push(link);
    // A call takes fewer arguments than a file may have problems.
    problems = problems.concat(link.problems);
    if (link.faulty === 'all') isWhole = false;
    else faulty = faulty.concat(link.faulty);
    const below = await findBase(link, next, visited, places);
    if (typeof below === 'object') {
      problems = problems.concat(below);
      isWhole = false;
    }
    next = typeof below === 'string' ? below : undefined;
  }
  const [nearest] = links;
  const merged = links.reduceRight<Settings>((below, link) => mergeSettings(below, link.settings), {});
  return {
    name: nearest?.name ?? nameOf(path),
    problems: inLineOrder(problems),
    faulty: isWhole ? faulty : 'all',
    ownVariables: Object.keys(nearest?.settings.variables ?? {}),
    // A variant called as its base would take the place of the base's image.
    settings: { ...merged, name: nearest?.settings.name },
    sources: links.map((link) => ({ name: link.name, sha256: link.sha256 })),
    locate: (keys) => links.map((link) => link.locate(keys)).find((place) => place !== undefined),
  };
}

const nameOf = (path: string): string => basename(path).replace(/\.ya?ml$/, '');

/** Templates are some kilobytes; more is not what the user meant to name. */
const LARGEST_TEMPLATE = 2 ** 20;

async function readLink(path: string, { cwd }: TemplatePlaces): Promise<Link> {
  const label = labelOf(path, cwd);
  const file = await readRegularFile(path, LARGEST_TEMPLATE);
  if (file.kind !== 'content') {
    throw new SpecError('template.unreadable', `Template ${label} ${file.why}.`, { cause: file.cause });
  }
  const { content } = file;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const identity = { name: nameOf(path), sha256 };
  const text = decode(content);
  const unread = (problem: Problem): Link => {
    const nothing = { settings: {}, base: undefined, faulty: 'all', locate: () => undefined } as const;
    return { ...identity, ...nothing, problems: [problem] };
  };
  if (text === undefined) return unread({ where: label, problem: NOT_UTF8 });
  const nul = nulProblem(text, label);
  if (nul !== undefined) return unread(nul);
  return { ...identity, ...parseTemplate({ text, path, label }) };
}

const NOT_UTF8 = 'is not UTF-8 text; save it as UTF-8 without byte order mark';

/** UTF-8 allows it, text never has it; UTF-16 without its mark has one in every other place. */
function nulProblem(text: string, label: string): Problem | undefined {
  const before = text.split('\0', 1)[0] ?? '';
  if (before.length === text.length) return undefined;
  const lines = before.split('\n');
  return {
    where: placeIn(label, lines.length, (lines.at(-1) ?? '').length + 1),
    problem: 'holds a NUL byte, which no text has; remove it, or save the file as UTF-8',
  };
}

function decode(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    // The decoder throws a TypeError for exactly one reason, and the caller reports it.
    return undefined;
  }
}

/** The file below, nothing, or what is wrong with the `base` that was named. */
async function findBase(
  link: Link,
  path: string,
  visited: readonly string[],
  { templateDir }: TemplatePlaces,
): Promise<string | Problem | undefined> {
  if (link.base === undefined) return undefined;
  const where = link.locate(['base']) ?? link.name;
  const folder = dirname(path);
  const found = await findTemplate(link.base, [folder, templateDir], folder);
  if (found === undefined) {
    const advice = await templatesAdvice(link.base, templateDir);
    return { where, problem: `there is no template "${link.base}". ${advice}` };
  }
  const again = visited.indexOf(await realpath(found));
  if (again < 0) return found;
  const circle = [...visited.slice(again), visited[again] ?? found].map(nameOf).join(' → ');
  return { where, problem: `the bases go round in a circle: ${circle}` };
}
