import { isSecretName } from '../foundation/redact.ts';
import { OS_WORDS } from '../os/find-os.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** Guests, and those who write scripts for a test, say these of themselves. */
const SAID_OFTEN =
  'account administrator ansible changeme console default disabled enabled failed install installer kernel ' +
  'kickstart localhost machine network packer passwd password preseed secret server system unknown vagrant';

const WORDS = new Set([
  ...SAID_OFTEN.split(' '),
  ...OS_WORDS.flatMap((name) => [name, ...name.split(/[^a-z]+/)]),
]);

/**
 * Whether a password is a word that guests print of other things: the name of a system, of the build, of a user or host. To hide it would
 * garble what is told of a build, and hide nothing that is not guessed at once.
 */
export function isEverydayWord(
  password: string,
  { name, variables }: Pick<BuildPlan, 'name' | 'variables'>,
): boolean {
  const word = password.toLowerCase();
  const told = Object.entries(variables).flatMap(([key, value]) => (isSecretName(key) ? [] : [value]));
  return WORDS.has(word) || [name, ...told].some((other) => other.toLowerCase() === word);
}
