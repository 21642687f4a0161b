import type { InstallScriptKind } from '../spec/build-spec.ts';
import { MARKER_PLACEHOLDER, markerCommand } from './marker.ts';
import type { ScriptValues } from './render-script.ts';

/**
 * No password can match it: the account is locked (shadow(5)). Not `!`: debian-installer's user-setup takes that for no answer when a
 * root account is wanted, and asks.
 */
export const LOCKED_PASSWORD = '*';

const LONGEST_LABEL = 63;

/** A host name made of the build's name: letters, digits and hyphens (RFC 1123). */
export function hostnameFor(name: string): string {
  const label = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_LABEL)
    .replaceAll(/^-+|-+$/g, '');
  return label || 'localhost';
}

/** Every value a script may ask for: Kiln's own three, and the user's, of which `hostname` replaces Kiln's. */
export function scriptValues(from: {
  readonly name: string;
  readonly kind: InstallScriptKind;
  readonly token: string;
  readonly variables: Readonly<Record<string, string>>;
  /** crypt(3); the root account is locked without. */
  readonly passwordHash: string | undefined;
}): ScriptValues {
  const { name, kind, token, variables, passwordHash = LOCKED_PASSWORD } = from;
  return {
    plain: new Map([
      ['hostname', hostnameFor(name)],
      ...Object.entries(variables),
      [MARKER_PLACEHOLDER, markerCommand({ kind, token })],
    ]),
    secret: new Map([['root_password_hash', passwordHash]]),
  };
}
