import type { Problem } from '../foundation/errors.ts';
import { type Finding, placeText } from '../install-script/lint/lint-rule.ts';
import { lintError } from '../install-script/prepare-script.ts';
import { type SpecReading, specRefusal } from '../spec/resolve-spec.ts';
import { type ScriptSubject, scriptFindings, scriptSubject } from './script-subject.ts';

/**
 * Refuses what is asked for with everything that is wrong with it and with its install script.
 * @param edit what a build puts into the script by itself is no error
 * @throws SpecError `spec.invalid`, `script.*`
 */
export async function requireSound(
  reading: SpecReading,
  { cwd, edit }: { readonly cwd: string; readonly edit: boolean },
): Promise<void> {
  const subject = await scriptSubject(reading, cwd);
  const errors = subject === undefined ? [] : errorsOf(subject, reading, edit);
  if (reading.problems.length > 0)
    throw specRefusal(
      reading,
      errors.map((finding) => problemOf(finding, subject?.label ?? '')),
    );
  if (subject !== undefined && errors.length > 0) throw lintError(subject.label, errors);
}

const errorsOf = (subject: ScriptSubject, reading: SpecReading, edit: boolean): readonly Finding[] =>
  scriptFindings(subject, reading).filter(
    ({ severity, mendable }) => severity === 'error' && !(edit && mendable),
  );

function problemOf(finding: Finding, label: string): Problem {
  const { message, rule, fix } = finding;
  return { where: placeText(label, finding), problem: `${message} [${rule}]; ${fix}`, code: 'script.lint' };
}
