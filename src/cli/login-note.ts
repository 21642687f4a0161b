import { SpecError } from '../foundation/errors.ts';
import { DERIVED_PLACEHOLDERS } from '../install-script/options/derived-values.ts';
import { readScript } from '../install-script/read-script.ts';
import { placeholdersIn } from '../install-script/render-script.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** What to say of an image whose install script took root's password from Kiln, which was given none, nor a user or key; else undefined. */
export async function loginNote({
  script,
  rootPassword,
  variables,
}: Pick<BuildPlan, 'script' | 'rootPassword' | 'variables'>): Promise<string | undefined> {
  if (script === undefined || rootPassword !== undefined) return undefined;
  if (variables.user || variables.ssh_keys) return undefined;
  const text = await readScript(script.path).catch((error: unknown) => {
    // Gone since: the build is done, and only what is said of it is at stake.
    if (error instanceof SpecError) return '';
    throw error;
  });
  const asked = placeholdersIn(text, script.kind).flatMap(
    ({ name }) => DERIVED_PLACEHOLDERS.get(name) ?? [name],
  );
  if (!asked.includes('root_password_hash')) return undefined;
  const key = asked.includes('ssh_keys') ? ', or a key with --var ssh_keys=…' : '';
  return `root is locked, since no password was given; --root-password-file FILE gives one${key}`;
}
