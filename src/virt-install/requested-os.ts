import { specErrorOf } from '../foundation/errors.ts';
import { given, switchOf, usesOf, type VirtInstallOptions } from './virt-install-options.ts';

/** What `--osinfo` says of the operating system. */
export type RequestedOs = {
  /** Short id or full id. */
  readonly name?: string;
  /** Whether the install media are asked; what they say then wins over the name. */
  readonly detect: boolean;
  /** Whether a guest without a known system is refused. */
  readonly required: boolean;
};

export function requestedOs(options: VirtInstallOptions): RequestedOs {
  const use = usesOf(options, 'os-variant').at(-1);
  const isDefault = use === undefined || Object.keys(use.values).length === 0;
  const name = given(use, 'id') ?? given(use, 'name') ?? given(usesOf(options, 'install').at(-1), 'os');
  return {
    ...(name === undefined ? {} : { name }),
    detect: isDefault ? name === undefined : (switchOf(use, 'detect') ?? false),
    required: isDefault || (switchOf(use, 'require') ?? false),
  };
}

/** For a guest whose system is neither named nor found on its media. @throws SpecError `spec.invalid` */
export function refuseUnknownOs(suggestions: readonly string[]): never {
  const problem =
    'is missing, and the install media do not tell: name the system whose hardware the guest gets, ' +
    `e.g. --osinfo ${suggestions.join(', ')}. \`kiln build --osinfo list\` has all names; --osinfo detect=on,require=off does without`;
  throw specErrorOf('The command line', [{ where: '--osinfo', problem }]);
}
