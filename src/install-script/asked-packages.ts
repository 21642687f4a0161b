import type { InstallScriptKind } from '../spec/build-spec.ts';
import { preseedAnswers } from './preseed-lines.ts';

/**
 * Packages that a script asks for besides the system's own, as far as their names can be told from it: those of the variable `packages`, and
 * of `pkgsel/include` in a preseed file.
 * @param text as the installer gets it
 */
export function askedPackages(
  text: string,
  kind: InstallScriptKind,
  { packages = '' }: Readonly<Record<string, string>>,
): readonly string[] {
  const included =
    kind === 'preseed' ? preseedAnswers(text).filter(({ question }) => question === 'pkgsel/include') : [];
  return [packages, ...included.map(({ value }) => value)].flatMap((words) => words.match(/\S+/g) ?? []);
}
