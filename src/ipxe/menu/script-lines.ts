import { LOADER_WORD } from '../loader-script.ts';

/**
 * Loads another script of these menus. Where the iPXE can verify signatures (the loader sets kiln_verify) only a signed one is run
 * (ipxe.org/cmd/imgverify).
 * @param name in labels, and of the image
 * @param after label to go on at when the script ends well
 */
export function chainLines(name: string, url: string, signed: boolean, after: string): readonly string[] {
  const plain = [`chain --autofree ${url} || goto failed`, `goto ${after}`];
  if (!signed) return plain;
  return [
    `isset \${kiln_verify} || goto unverified_${name}`,
    `imgfetch --name ${name} ${url} || goto failed`,
    `imgverify ${name} ${url}.sig || goto failed`,
    `chain --autofree ${name} || goto failed`,
    `goto ${after}`,
    `:unverified_${name}`,
    ...plain,
  ];
}

/** A menu that was left comes back to this one; a started system never returns. */
export function menuLines(label: string, signed: boolean, file = label): readonly string[] {
  return chainLines(label, `${file}.ipxe`, signed, 'again');
}

/**
 * What follows a failure: a machine nobody sits at says so and gives up, which its loader notices; somebody at a menu gets it back.
 * @param back label of the menu
 */
export function failedLines(back: string): readonly string[] {
  return [
    ':failed',
    `echo ${LOADER_WORD} failed: \${errno}`,
    'isset ${kiln_os} && exit 1 ||',
    'imgfree',
    'prompt --timeout 30000 Press a key for the menu ||',
    `goto ${back}`,
  ];
}

/** Choices of a machine or of somebody at a menu. */
const CHOICES = ['kiln_os', 'kiln_release', 'kiln_variant', 'kiln_script', 'kiln_entry'] as const;

/** Every way back to a menu: what was chosen before, beforehand or by hand, is over and counts for nothing that is chosen next. */
export function againLines(back: string): readonly string[] {
  return [':again', ...CHOICES.map((name) => `clear ${name}`), `goto ${back}`];
}

/** Behind a menu somebody has chosen from: no machine of its own any more, so that a failure leads back to the menu. */
export const ATTENDED: readonly string[] = ['clear kiln_os'];
