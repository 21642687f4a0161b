import type { Bytes } from '../../foundation/size.ts';
import type { InstallerFamily, MediaKind } from '../../media/install-media.ts';

/** What is known of the build the script is for. What is not known is not checked. */
export type LintTarget = {
  /** Id of the OS table, or of a generic row: `debian13`, `fedora42`, `rhel9.4`. */
  readonly os?: string;
  readonly family?: InstallerFamily;
  /** Code names of its Debian suite. */
  readonly suites?: readonly string[];
  /** Name of the one disk in the guest, without `/dev/`: `vda`. */
  readonly disk?: string;
  readonly diskSize?: Bytes;
  /** Of the guest. */
  readonly memory?: Bytes;
  readonly media?: { readonly kind: MediaKind; readonly from: string };
};

const ROOT_PASSWORD_HASH = 'root_password_hash';

/** A value that is filled in only when the build begins cannot be judged. */
export const isPlaceholder = (value: string | undefined): boolean => value?.includes('{{') === true;

/** What takes the place of a password in the script. A hash in the place of a password in clear text is a mistake of its own. */
export const standsForPassword = (value: string): boolean =>
  isPlaceholder(value) && !value.includes(ROOT_PASSWORD_HASH);

/** The test installer reads a subset of the grammars, and asks for none of the usual answers. */
export const isTestInstaller = ({ family }: LintTarget): boolean => family === 'test-installer';
