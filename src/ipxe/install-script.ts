import { SpecError } from '../foundation/errors.ts';
import { publicText } from '../foundation/public-url.ts';
import { LOADER_WORD } from './loader-script.ts';
import { endsEarly } from './script-words.ts';

export type InstallScriptOptions = {
  readonly title: string;
  /** Addresses, relative to the script's own or whole. */
  readonly kernel: string;
  readonly initrd: string;
  readonly kernelArguments: readonly string[];
};

/**
 * The script of one unattended install. UEFI kernels look for their initrd by the name on their command line (ipxe.org/cmd/initrd); on BIOS
 * the word is ignored. Ends in an error line and iPXE's shell, which a watcher takes for the failure it is: nothing is asked.
 * @throws SpecError `ipxe.cannot` for a kernel argument that iPXE would not hand over
 */
export function installScript({ title, kernel, initrd, kernelArguments }: InstallScriptOptions): string {
  requireHandedOver(kernelArguments);
  const name = initrd.slice(initrd.lastIndexOf('/') + 1);
  const words = [`initrd=${name}`, ...kernelArguments];
  return `${[
    '#!ipxe',
    `echo ${LOADER_WORD} loading the installer of ${title}`,
    `kernel ${kernel} ${words.join(' ')} || goto failed`,
    `initrd --name ${name} ${initrd} || goto failed`,
    `echo ${LOADER_WORD} starting the installer`,
    'boot || goto failed',
    ':failed',
    `echo ${LOADER_WORD} failed: \${errno}`,
    'shell',
  ].join('\n')}\n`;
}

/** @throws SpecError `ipxe.cannot` for a kernel argument that iPXE would not hand over */
export function requireHandedOver(kernelArguments: readonly string[]): void {
  const argument = kernelArguments.find((word) => endsEarly(word) || word.includes('${'));
  const changed = argument === undefined ? undefined : publicText(argument);
  if (changed !== undefined)
    throw new SpecError(
      'ipxe.cannot',
      `iPXE would not hand the kernel argument ${JSON.stringify(changed)} over as it is; leave it out or write it without \${, words that begin with # and the words &&, || and ;.`,
      { details: { argument: changed } },
    );
}
