import { basename } from 'node:path';
import { hashPassword } from '../install-script/hash-password.ts';
import { type PreparedScript, prepareScript } from '../install-script/prepare-script.ts';
import { readScript } from '../install-script/read-script.ts';
import { readSecret } from '../install-script/read-secret.ts';
import { scriptValues } from '../install-script/script-values.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

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
  readonly signal: AbortSignal;
};

/**
 * The plan's install script as the installer will get it; undefined when the media bring their own. A password is hashed before it
 * enters the script.
 * @throws SpecError `script.*`, `secret.*`
 */
export async function renderForBuild(options: RenderOptions): Promise<BuildScript | undefined> {
  const { plan, markerToken, env, signal } = options;
  const { script, rootPassword } = plan;
  if (script === undefined) return undefined;
  const original = await readScript(script.path);
  const password = rootPassword === undefined ? undefined : await readSecret(rootPassword, env);
  const passwordHash = password === undefined ? undefined : await hashPassword(password, signal);
  const values = scriptValues({
    name: plan.name,
    kind: script.kind,
    token: markerToken,
    variables: plan.variables,
    passwordHash,
  });
  const prepared = prepareScript({ text: original, kind: script.kind, label: script.path, values });
  const secrets = passwordHash === undefined ? [] : [passwordHash];
  return { ...prepared, name: basename(script.path), original, secrets };
}
