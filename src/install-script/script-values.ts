import { SpecError } from '../foundation/errors.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import type { GivenValues } from './lint/blame-values.ts';
import { MARKER_PLACEHOLDER, markerCommand } from './marker.ts';
import { COMMON_OPTIONS, commonProblems } from './options/common-options.ts';
import { type DerivedFrom, derivedValues } from './options/derived-values.ts';
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

/** What values are made of. */
export type ValuesFrom = DerivedFrom & {
  /** Of the build. */
  readonly name: string;
  /** Of the completion marker. */
  readonly token: string;
  /** crypt(3); the root account is locked without. */
  readonly passwordHash: string | undefined;
};

/**
 * Every value a script may ask for: Kiln's own, those made of the common options, and the user's, of which `hostname` replaces Kiln's.
 * @throws SpecError `script.bad-option` for a common option whose value cannot be used
 */
export function scriptValues(from: ValuesFrom): ScriptValues {
  const { name, kind, media, token, variables, passwordHash = LOCKED_PASSWORD } = from;
  refuseBadOptions(variables, kind);
  const derived = derivedValues(from);
  return {
    plain: new Map([
      ['hostname', hostnameFor(name)],
      ...COMMON_OPTIONS.map((option) => [option.name, option.initial] as const),
      ...Object.entries(variables),
      ...derived,
      [MARKER_PLACEHOLDER, markerCommand({ kind, media, token })],
    ]),
    secret: new Map([['root_password_hash', passwordHash]]),
    markup: new Set([...derived.keys()].filter((key) => key.endsWith('_elements'))),
  };
}

/** Those that were given, by name; `whereOf` tells where. */
export function givenValues(from: ValuesFrom, whereOf: (name: string) => string | undefined): GivenValues {
  return new Map(
    Object.keys(from.variables).flatMap((name) => {
      const where = whereOf(name);
      const { [name]: _left, ...variables } = from.variables;
      return where === undefined
        ? []
        : [[name, { where, without: () => scriptValues({ ...from, variables }) }]];
    }),
  );
}

function refuseBadOptions(variables: Readonly<Record<string, string>>, kind: InstallScriptKind): void {
  const problems = commonProblems(variables, kind);
  if (problems.length === 0) return;
  const lines = problems.map(({ name, problem }) => `  ${name}: ${problem}`);
  throw new SpecError(
    'script.bad-option',
    `Variables have values that cannot be used:\n${lines.join('\n')}`,
    {
      details: { problems },
    },
  );
}
