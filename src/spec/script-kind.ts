import { SpecError } from '../foundation/errors.ts';
import type { MediaKind } from '../media/install-media.ts';
import { findOs } from '../os/find-os.ts';
import type { BuildSpec, InstallScriptKind } from './build-spec.ts';
import { labelOf } from './find-template.ts';

export type ScriptReader = {
  readonly kind: InstallScriptKind;
  /** System whose installer gets the script; undefined where nobody told. */
  readonly os: string | undefined;
  /** What it is installed from; undefined where nobody told. */
  readonly media: MediaKind | undefined;
};

/** What to say after a script's name when the system's installer cannot read it; undefined where it can, or where nobody knows. */
export function wrongKindProblem({ kind, os: id, media }: ScriptReader): string | undefined {
  const os = id === undefined ? undefined : findOs(id);
  // Only an installer that Kiln boots itself is known to be the system's own: an ISO may hold a live system. A finished disk has none.
  const isAnother = media === 'import' || (kind === 'user-script' && media !== 'location');
  if (os === undefined || isAnother || os.scriptKinds.includes(kind)) return undefined;
  return `is ${kind}, and the installer of ${os.title} reads ${os.scriptKinds.join(' or ')}`;
}

/** The same as an error of its own, `script.wrong-kind`. Paths are told as seen from `cwd`. */
export function wrongKindError(
  { script, os, media }: Pick<BuildSpec, 'script' | 'os' | 'media'>,
  cwd: string,
): SpecError | undefined {
  if (script === undefined) return undefined;
  const { path, kind } = script;
  const problem = wrongKindProblem({ kind, os, media: media[0]?.kind });
  if (problem === undefined) return undefined;
  return new SpecError('script.wrong-kind', `The install script ${labelOf(path, cwd)} ${problem}.`, {
    details: { script: path, kind, os },
  });
}
