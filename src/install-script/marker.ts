import { assertNever } from '../foundation/assert-never.ts';
import { MARKER_FILE, MARKER_WORD } from '../foundation/completion-marker.ts';
import type { MediaKind } from '../media/install-media.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';

/** The placeholder that stands for `markerCommand` in an install script. */
export const MARKER_PLACEHOLDER = 'completion_marker_command';

/** What says where a script's commands find the new system. */
export type ScriptSite = {
  readonly kind: InstallScriptKind;
  /** What the build starts from. */
  readonly media?: MediaKind | undefined;
};

/**
 * Installers that run their last commands outside the new system have it mounted here. A user script mounts it there itself, unless it
 * runs on an imported disk, which is the new system.
 */
export function targetRoot({ kind, media }: ScriptSite): string {
  switch (kind) {
    case 'user-script':
      return media === 'import' ? '' : '/target';
    case 'preseed':
    case 'autoinstall':
      return '/target';
    case 'kickstart':
    case 'autoyast':
      return '';
    default:
      return assertNever(kind);
  }
}

/**
 * A shell command of one line without quotes, backslashes, `$` or `#`, so that it can stand in a preseed line, a section of a
 * kickstart file or inside somebody's quotes. It fails when the token cannot be written to the disk, never for want of a serial
 * port; its own line break first, since the installer may be in the middle of a line.
 */
export function markerCommand({ token, ...site }: ScriptSite & { readonly token: string }): string {
  if (!/^[A-Za-z0-9._-]+$/.test(token)) throw new RangeError(`not a marker token: ${token}`);
  const file = `${targetRoot(site)}${MARKER_FILE}`;
  const folder = file.slice(0, file.lastIndexOf('/'));
  const print = `{ echo; echo ${MARKER_WORD} ${token}; } 2> /dev/null > /dev/ttyS0`;
  return (
    `mkdir -p ${folder} && echo ${token} > ${file} && sync && ` +
    `{ test ! -c /dev/ttyS0 || ${print} || true; }`
  );
}
