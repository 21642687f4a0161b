import { mebibytes } from '../foundation/size.ts';
import type { Finding } from '../install-script/lint/lint-rule.ts';
import { commonProblems } from '../install-script/options/common-options.ts';
import { checkScript, type ScriptInput } from '../install-script/prepare-script.ts';
import { readScript } from '../install-script/read-script.ts';
import { givenValues, scriptValues } from '../install-script/script-values.ts';
import { diskTarget } from '../plan/choose-hardware.ts';
import { labelOf } from '../spec/find-template.ts';
import type { SpecReading } from '../spec/resolve-spec.ts';
import { lintTargetOf } from './lint-target.ts';

/** An install script with all that is known of the build it is for before there is a plan. */
export type ScriptSubject = Omit<ScriptInput, 'edit'> & { readonly path: string };

/** Undefined when there is none, or none that can be read. Values with a problem of their own are as if they had not been given. */
export async function scriptSubject(
  { spec, locate, isFaulty }: SpecReading,
  cwd: string,
): Promise<ScriptSubject | undefined> {
  const { script, name, os, media, memory } = spec;
  if (script === undefined) return undefined;
  const { path, kind } = script;
  const label = labelOf(path, cwd);
  const text = await readScript(path, label);
  const bad = commonProblems(spec.variables, kind).map((problem) => problem.name);
  const variables = Object.fromEntries(Object.entries(spec.variables).filter(([key]) => !bad.includes(key)));
  const { bus, size } = isFaulty('disk') ? { bus: spec.disk.bus } : spec.disk;
  const disk = { bus, target: diskTarget(bus), ...(size === undefined ? {} : { sizeBytes: size }) };
  const from = {
    ...{ name, kind, variables, os, disk: disk.target },
    ...{ media: media[0]?.kind, token: 'token', passwordHash: undefined },
  };
  return {
    ...{ path, label, kind, text },
    values: scriptValues(from),
    given: givenValues(from, (variable) => locate(['variables', variable])),
    target: lintTargetOf({
      ...(os === undefined ? {} : { os }),
      disk,
      media,
      memoryMiB: memory / mebibytes(1),
    }),
  };
}

/**
 * All that is wrong with the script or worth knowing, as a build would find it that puts in nothing. A placeholder may be one of the
 * variables that could not be read; of a script for another installer there is nothing more to say.
 */
export function scriptFindings(
  subject: ScriptSubject,
  { isFaulty, failure }: SpecReading,
): readonly Finding[] {
  if (failure?.code === 'script.wrong-kind') return [];
  const { findings } = checkScript({ ...subject, edit: false });
  return isFaulty('variables')
    ? findings.filter(({ rule }) => rule !== 'script.unknown-placeholder')
    : findings;
}
