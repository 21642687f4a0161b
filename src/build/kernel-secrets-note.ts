import { urlSecrets } from '../foundation/public-url.ts';
import { namesSecret } from '../foundation/scrub-secrets.ts';

/**
 * A sentence for the user when kernel arguments look like secrets, which they do not stay: by name alone, without their values. Undefined
 * when none does.
 * @param kernelArguments `name=value`, several in one text or each by itself
 */
export function kernelSecretsNote(kernelArguments: readonly string[]): string | undefined {
  const words = kernelArguments.flatMap((text) => text.split(/\s+/)).filter(isSecret);
  const names = [...new Set(words.map((word) => word.split('=', 1)[0]))];
  if (names.length === 0) return undefined;
  const what = names.length === 1 ? 'looks like a secret' : 'look like secrets';
  return (
    `The kernel argument${names.length === 1 ? '' : 's'} ${names.join(', ')} ${what}. QEMU has the guest's kernel arguments on its command ` +
    'line, which every user of this host can read, and the guest prints them into its log. Put secrets into the install script, ' +
    "root's password with --root-password-file."
  );
}

function isSecret(word: string): boolean {
  const [name = '', ...value] = word.split('=');
  return (namesSecret(name) && value.join('') !== '') || urlSecrets(word).length > 0;
}
