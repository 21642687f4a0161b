import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { readRegularFile } from '../foundation/read-regular-file.ts';
import { kindOf } from '../install-script/detect-kind.ts';
import { readScript } from '../install-script/read-script.ts';
import type { InstallScriptKind } from './build-spec.ts';
import { findTemplate, isFile, labelOf, templateNotFound } from './find-template.ts';
import type { TemplatePlaces } from './load-template.ts';

/** What the word after `kiln build` turned out to be. */
export type BuildTarget =
  | { readonly type: 'none' }
  | { readonly type: 'template'; readonly path: string }
  | {
      readonly type: 'script';
      readonly path: string;
      readonly label: string;
      readonly text: string;
      readonly kind: InstallScriptKind;
    };

/**
 * A template's name wins over a file of the same name; `./name` means the file. A YAML file is a template unless it reads as
 * autoinstall, any other file an install script.
 * @throws SpecError `template.not-found`, `script.not-found`, `script.unknown-kind`, `script.encoding`, `script.empty`
 */
export async function findTarget(target: string | undefined, places: TemplatePlaces): Promise<BuildTarget> {
  if (target === undefined) return { type: 'none' };
  if (target === '') throw await templateNotFound(target, places.templateDir);
  const template = await findTemplate(target, [places.templateDir], places.cwd);
  const path = template ?? resolve(places.cwd, target);
  const label = labelOf(path, places.cwd);
  if (template === undefined && !(await isFile(path))) throw await noFile(target, path, places);
  if (template !== undefined) {
    // A template that cannot be decoded is reported as a template.
    const text = await readScript(path, label).catch(onlySpecError);
    if (text === undefined || kindOf(text) !== 'autoinstall') return { type: 'template', path };
    return { type: 'script', path, label, text, kind: 'autoinstall' };
  }
  const text = await readScript(path, label);
  const kind = kindOf(text);
  if (kind !== undefined) return { type: 'script', path, label, text, kind };
  throw new SpecError(
    'script.unknown-kind',
    `${label} is neither a template (*.yaml) nor recognised as kickstart, preseed, autoinstall, autoyast or a script that begins with #!.`,
    { details: { script: label } },
  );
}

/** A folder, a pipe or a circle of links is there all right, but is nothing to read. */
async function noFile(target: string, path: string, places: TemplatePlaces): Promise<SpecError> {
  const found = await readRegularFile(path, 0);
  if (found.kind !== 'unreadable')
    return isScriptName(target)
      ? scriptNotFound(target, path, places)
      : templateNotFound(target, places.templateDir);
  return new SpecError(
    isScriptName(target) ? 'script.unreadable' : 'template.unreadable',
    `${labelOf(path, places.cwd)} ${found.why}. Name a template, a template file or an install script.`,
    { details: { path }, cause: found.cause },
  );
}

/** `my.ks`, `scripts/my.ks`: no template is called so, and the list of them helps nobody. */
const isScriptName = (target: string): boolean => /\.(?!ya?ml$)[a-z][\w-]*$/i.test(target);

async function scriptNotFound(target: string, path: string, { cwd }: TemplatePlaces): Promise<SpecError> {
  const beside = await readdir(dirname(path)).catch(() => undefined);
  const where = labelOf(dirname(path), cwd);
  const hint =
    beside === undefined ? ` There is no folder ${where} either.` : suggestion(basename(path), beside);
  return new SpecError('script.not-found', `There is no install script ${JSON.stringify(target)}.${hint}`, {
    details: { path },
  });
}

function onlySpecError(error: unknown): undefined {
  if (!(error instanceof SpecError)) throw error;
  return undefined;
}
