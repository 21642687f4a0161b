import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { readTemplateChain } from '../../src/spec/load-template.ts';

const root = join(import.meta.dirname, '../..');
const templateDir = join(root, 'vm-templates');

/** How far a template has been tried. */
export type Tried =
  | 'run for real'
  | 'run for real by hand'
  | 'run against the test installer'
  | 'linted only';

/** Templates that have been run; tests do what it says, but for those run by hand. */
export const tried = JSON.parse(readFileSync(join(root, 'install_scripts', 'tried.json'), 'utf8')) as {
  readonly 'for-real': readonly string[];
  readonly 'for-real-by-hand': readonly string[];
  readonly 'against-the-test-installer': readonly string[];
};

/** Every template that builds something, Kiln's own for tests apart. */
export const CATALOGUE: readonly string[] = readdirSync(templateDir)
  .filter((name) => name.endsWith('.yaml') && !/^(_|kiln-)/.test(name))
  .map((name) => basename(name, '.yaml'))
  .sort();

/** A template with its bases, and its script's path seen from `install_scripts/`. */
export async function catalogueEntry(template: string) {
  const path = join(templateDir, `${template}.yaml`);
  const { settings, problems } = await readTemplateChain(path, { cwd: root, templateDir });
  const script = relative(join(root, 'install_scripts'), settings.script?.path ?? '');
  return { settings, problems, script, tried: triedOf(template) };
}

function triedOf(template: string): Tried {
  if (tried['for-real'].includes(template)) return 'run for real';
  if (tried['for-real-by-hand'].includes(template)) return 'run for real by hand';
  return tried['against-the-test-installer'].includes(template)
    ? 'run against the test installer'
    : 'linted only';
}
