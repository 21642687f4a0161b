import { publicFrom } from '../foundation/public-url.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import { joinArguments } from '../os/kernel-arguments.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { leavesNetworkAlone } from './receive-syslog.ts';

/** The catalogue's variables that say where and how packages are fetched (docs/catalogue.md). */
const OF_FETCHING = ['mirror', 'proxy'];

const NO_LOG =
  'it sends no log though --syslog asks for one (--extra-args netcfg/enable=true gives it the network)';

/** Whether the installer takes its packages from the medium alone. */
export const asksNoMirror = (commandLine: readonly string[]): boolean =>
  commandLine.findLast((word) => word.startsWith('apt-setup/use_mirror=')) === 'apt-setup/use_mirror=false';

/**
 * A sentence for the user about what was asked for and has no effect, since the medium brings all packages and its installer leaves the
 * network alone. Undefined when there is nothing of the kind.
 * @param commandLine the kernel's, with what the medium adds
 * @param medium as the user names it
 */
export function unusedOptionsNote(
  { syslog, variables }: Pick<BuildPlan, 'syslog' | 'variables'>,
  commandLine: readonly string[],
  medium: string,
): string | undefined {
  const given = OF_FETCHING.filter((name) => (variables[name] ?? '') !== '');
  const unused = [
    ...(syslog && leavesNetworkAlone(commandLine) ? [NO_LOG] : []),
    ...(given.length > 0 && asksNoMirror(commandLine)
      ? [`it does not use the ${given.length === 1 ? 'variable' : 'variables'} ${given.join(' and ')}`]
      : []),
  ];
  if (unused.length === 0) return undefined;
  return `The installer of ${publicFrom(medium)} does without the network: ${unused.join('; ')}.`;
}

/** The kernel's command line as a guest from this medium gets it. To an installer that iPXE starts, Kiln serves the medium's packages. */
export function guestCommandLine(
  { kernelArguments, loader }: Pick<BuildPlan, 'kernelArguments' | 'loader'>,
  media: ResolvedMedia | undefined,
): readonly string[] {
  return media?.kind === 'location' && loader === undefined
    ? joinArguments(media.facts.kernelArguments, kernelArguments)
    : kernelArguments;
}
