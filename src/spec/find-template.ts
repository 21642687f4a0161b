import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { nearestWord } from '../foundation/nearest-word.ts';

const EXTENSION = /\.ya?ml$/;

/** Templates one can build: those beginning with `_` are bases alone. Sorted. */
export async function listTemplates(templateDir: string): Promise<readonly string[]> {
  const names = await readdir(templateDir).catch(ifMissing([]));
  const files = names.filter((name) => EXTENSION.test(name) && !/^[_.]/.test(name));
  return files.map((name) => name.replace(EXTENSION, '')).sort();
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * The file of a template named as people name it: `debian-13` or `debian-13.yaml` out of one of `folders`, else a path seen from
 * `from`. Undefined when there is none.
 */
export async function findTemplate(
  name: string,
  folders: readonly string[],
  from: string,
): Promise<string | undefined> {
  const isName = !name.includes('/') && !isAbsolute(name) && !name.startsWith('.');
  const stem = name.replace(EXTENSION, '');
  const named = isName
    ? folders.flatMap((folder) => [join(folder, `${stem}.yaml`), join(folder, `${stem}.yml`)])
    : [];
  const candidates = [...named, ...(EXTENSION.test(name) ? [resolve(from, name)] : [])];
  for (const candidate of candidates) if (await isFile(candidate)) return candidate;
  return undefined;
}

/** The sentence after "there is no such template": what there is, and which was probably meant. */
export async function templatesAdvice(name: string, templateDir: string): Promise<string> {
  const names = await listTemplates(templateDir);
  if (names.length === 0) return `${templateDir} holds no templates.`;
  const nearest = nearestWord(basename(name).replace(EXTENSION, ''), names);
  const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return `There are: ${names.join(', ')}.${meant}`;
}

export async function templateNotFound(name: string, templateDir: string): Promise<SpecError> {
  const shown = JSON.stringify(name);
  const advice = await templatesAdvice(name, templateDir);
  return new SpecError('template.not-found', `${shown} is neither a template nor a file. ${advice}`, {
    details: { name, templates: await listTemplates(templateDir) },
  });
}

/** How messages name a file: short when it lies under the current folder. */
export function labelOf(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
