import { basename } from 'node:path';
import { hashPassword } from '../install-script/hash-password.ts';
import { type PreparedScript, prepareScript } from '../install-script/prepare-script.ts';
import { readScript } from '../install-script/read-script.ts';
import { readSecret } from '../install-script/read-secret.ts';
import { scriptValues } from '../install-script/script-values.ts';
import { findOs } from '../os/find-os.ts';
import type { PasswordHash } from '../os/operating-system.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { lintTargetOf } from './lint-target.ts';

export type BuildScript = PreparedScript & {
  /** File name without folder. */
  readonly name: string;
  /** As the user wrote it, for its digest. */
  readonly original: string;
  /** Values that no file but the script itself may hold; a password in clear is in none, not even in this one. */
  readonly secrets: readonly string[];
};

export type RenderOptions = {
  readonly plan: BuildPlan;
  /** Proves that the marker seen later is this build's. */
  readonly markerToken: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Put in what is missing (the ending, the marker …); else that is an error. */
  readonly edit: boolean;
  readonly signal: AbortSignal;
};

/**
 * The plan's install script as the installer will get it; undefined when the media bring their own. A password is hashed before it
 * enters the script.
 * @throws SpecError `script.*`, `secret.*`
 */
export async function renderForBuild(options: RenderOptions): Promise<BuildScript | undefined> {
  const { plan, markerToken, env, edit, signal } = options;
  const { script, rootPassword } = plan;
  if (script === undefined) return undefined;
  const original = await readScript(script.path);
  const password = rootPassword === undefined ? undefined : await readSecret(rootPassword, env);
  const passwordHash =
    password === undefined ? undefined : await hashPassword(password, hashOf(plan), signal);
  const values = scriptValues({
    name: plan.name,
    kind: script.kind,
    media: plan.media[0]?.kind,
    token: markerToken,
    variables: plan.variables,
    os: plan.os,
    disk: plan.disk.target,
    tree: webTree(plan),
    passwordHash,
  });
  const target = lintTargetOf(plan);
  const given = { text: original, kind: script.kind, label: script.path, values, target, edit };
  const prepared = prepareScript(given);
  const secrets = passwordHash === undefined ? [] : [passwordHash];
  return { ...prepared, name: basename(script.path), original, secrets };
}

const hashOf = ({ os }: BuildPlan): PasswordHash =>
  (os === undefined ? undefined : findOs(os)?.passwordHash) ?? 'sha512';

/** Media that are tried in turn are not known yet. */
function webTree({ media: [first, second] }: BuildPlan): string | undefined {
  const only = first !== undefined && second === undefined && first.kind === 'location';
  return only && /^https?:/.test(first.from) && !/\.iso$/i.test(first.from) ? first.from : undefined;
}
