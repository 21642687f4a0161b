import { type Problem, SpecError } from '../foundation/errors.ts';
import { type Finding, placeText } from '../install-script/lint/lint-rule.ts';
import { lintError } from '../install-script/prepare-script.ts';
import { readSecret } from '../install-script/read-secret.ts';
import { type SpecReading, specRefusal } from '../spec/resolve-spec.ts';
import type { BuildContext } from './build-context.ts';
import { type ScriptSubject, scriptFindings, scriptSubject } from './script-subject.ts';

/**
 * Refuses what is asked for with everything that is wrong with it, its install script and its password.
 * @param edit what a build puts into the script by itself is no error
 * @throws SpecError `spec.invalid`, `script.*`, `secret.*`
 */
export async function requireSound(
  reading: SpecReading,
  { cwd, env, edit }: Pick<BuildContext, 'cwd' | 'env'> & { readonly edit: boolean },
): Promise<void> {
  const secrets = await secretProblems(reading, env);
  const subject = await scriptSubject(reading, cwd);
  const errors = subject === undefined ? [] : errorsOf(subject, reading, edit);
  if (reading.problems.length + secrets.length > 0) {
    const ofScript = errors.map((finding) => problemOf(finding, subject?.label ?? ''));
    throw specRefusal(reading, [...secrets, ...ofScript]);
  }
  if (subject !== undefined && errors.length > 0) throw lintError(subject.label, errors);
}

/** A password that cannot be read is told with the key or option that names it. */
async function secretProblems(
  { spec: { rootPassword }, locate }: SpecReading,
  env: BuildContext['env'],
): Promise<readonly Problem[]> {
  if (rootPassword === undefined) return [];
  try {
    await readSecret(rootPassword, env);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const key = 'file' in rootPassword ? 'file' : 'env';
    const where = locate(['root-password', key]) ?? 'root-password';
    return [{ where, problem: error.message, code: error.code }];
  }
}

const errorsOf = (subject: ScriptSubject, reading: SpecReading, edit: boolean): readonly Finding[] =>
  scriptFindings(subject, reading).filter(
    ({ severity, mendable }) => severity === 'error' && !(edit && mendable),
  );

function problemOf(finding: Finding, label: string): Problem {
  const { message, rule, fix } = finding;
  return { where: placeText(label, finding), problem: `${message} [${rule}]; ${fix}`, code: 'script.lint' };
}
