import type { BuildSpec } from './build-spec.ts';
import type { KeyPath } from './key-places.ts';
import { diskProblem, memoryProblem } from './os-minimums.ts';
import type { ProblemList } from './problem-list.ts';
import type { Settings } from './settings.ts';

/** A rule about the whole; `needs`: what it looks at, so that a part that could not be read does not cause a second problem. */
type Rule = {
  readonly needs: readonly (keyof Settings)[];
  readonly check: (spec: BuildSpec) => Finding | undefined;
};
type Finding = { readonly at: KeyPath; readonly problem: string };

/** An imported image is installed already; what only an installer would read must not be ignored in silence. */
function forInstallersOnly(
  key: string,
  needs: readonly (keyof Settings)[],
  isGiven: (spec: BuildSpec) => boolean,
): Rule {
  const problem =
    'is for an installer, and an imported image is installed already; leave it out, or install from --cdrom or --location';
  return {
    needs: ['media', ...needs],
    check: (spec) => (spec.media[0]?.kind === 'import' && isGiven(spec) ? { at: [key], problem } : undefined),
  };
}

/** What no key shows by itself. */
const RULES: readonly Rule[] = [
  {
    needs: ['firmware', 'machine'],
    check: ({ firmware, machine }) =>
      firmware === 'uefi' && machine === 'pc'
        ? { at: ['machine'], problem: 'UEFI needs machine q35, not pc' }
        : undefined,
  },
  {
    needs: ['disk', 'machine'],
    check: ({ disk, machine }) =>
      disk.bus === 'ide' && machine === 'q35'
        ? { at: ['disk', 'bus'], problem: 'machine q35 has no IDE; choose bus sata, or machine pc' }
        : undefined,
  },
  {
    needs: ['os', 'media', 'memory'],
    check: (spec) => {
      const problem = memoryProblem(spec);
      return problem === undefined ? undefined : { at: ['memory'], problem };
    },
  },
  {
    needs: ['os', 'media', 'disk'],
    check: (spec) => {
      const problem = diskProblem(spec);
      return problem === undefined ? undefined : { at: ['disk', 'size'], problem };
    },
  },
  {
    needs: ['os', 'media'],
    check: ({ media }) =>
      media.length === 0
        ? {
            at: ['media'],
            problem:
              'nothing tells what to install from; add --cdrom, --location or --import, or "media:" to the template',
          }
        : undefined,
  },
  {
    needs: ['media'],
    check: ({ media }) =>
      new Set(media.map(({ kind }) => kind)).size > 1
        ? { at: ['media'], problem: 'all entries must be of one kind, since the way to boot follows from it' }
        : undefined,
  },
  {
    needs: ['media'],
    check: ({ loader, media }) =>
      loader !== undefined && media.some(({ kind }) => kind !== 'location')
        ? {
            at: ['media'],
            problem:
              'ipxe loads the kernel of an install tree; name that with location, not with cdrom or import',
          }
        : undefined,
  },
  {
    needs: ['media', 'network'],
    check: ({ loader, network }) =>
      loader !== undefined && network !== 'user'
        ? { at: ['network'], problem: 'ipxe loads the installer over the network; choose network user' }
        : undefined,
  },
  forInstallersOnly(
    'script',
    ['script'],
    ({ script }) => script !== undefined && script.kind !== 'user-script',
  ),
  forInstallersOnly(
    'root-password',
    ['rootPassword', 'script'],
    ({ rootPassword, script }) => rootPassword !== undefined && script?.kind !== 'user-script',
  ),
  forInstallersOnly('extra-args', ['extraArgs'], ({ extraArgs }) => extraArgs.length > 0),
  {
    needs: ['limits'],
    // One of --timeout and --stall alone meets a limit the user did not think of; the plan makes them fit.
    check: ({ limits }) =>
      limits.literal?.length !== 1 && limits.stall > limits.total
        ? { at: ['limits', 'stall'], problem: 'is longer than the limit of the whole install' }
        : undefined,
  },
  {
    needs: ['outputs'],
    check: ({ outputs }) => {
      if (outputs.filter(({ imageKind }) => imageKind === 'partition').length > 1) {
        return {
          at: ['outputs'],
          problem: 'a build has one partition image, as it has one kernel and initrd',
        };
      }
      const names = outputs.map(
        ({ fileName, format, imageKind }) => fileName ?? `${imageKind ?? ''} ${format}`,
      );
      return new Set(names).size < names.length
        ? { at: ['outputs'], problem: 'two outputs would get the same file name; give one a "name"' }
        : undefined;
    },
  },
];

/**
 * Adds what is wrong with the spec as a whole, as far as its parts could be read; `locate` tells where a key was written, `isFaulty` which
 * have a problem of their own.
 */
export function checkSpec(
  spec: BuildSpec,
  list: ProblemList,
  locate: (path: KeyPath) => string | undefined,
  isFaulty: (key: keyof Settings) => boolean,
): void {
  for (const rule of RULES) {
    if (rule.needs.some(isFaulty)) continue;
    const found = rule.check(spec);
    if (found) list.add(locate(found.at) ?? found.at.join('.'), found.problem);
  }
}
