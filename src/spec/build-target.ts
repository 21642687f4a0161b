import { resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
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
 * @throws SpecError `template.not-found`, `script.unknown-kind`, `script.encoding`, `script.empty`
 */
export async function findTarget(target: string | undefined, places: TemplatePlaces): Promise<BuildTarget> {
  if (target === undefined) return { type: 'none' };
  if (target === '') throw await templateNotFound(target, places.templateDir);
  const template = await findTemplate(target, [places.templateDir], places.cwd);
  const path = template ?? resolve(places.cwd, target);
  if (template === undefined && !(await isFile(path)))
    throw await templateNotFound(target, places.templateDir);
  const label = labelOf(path, places.cwd);
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
    `${label} is neither a template (*.yaml) nor recognised as kickstart, preseed, autoinstall or autoyast.`,
    { details: { script: label } },
  );
}

function onlySpecError(error: unknown): undefined {
  if (!(error instanceof SpecError)) throw error;
  return undefined;
}
