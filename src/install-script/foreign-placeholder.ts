import type { InstallScriptKind } from '../spec/build-spec.ts';
import { DERIVED_PLACEHOLDERS, derivedValues } from './options/derived-values.ts';

/** As messages call them. */
const KINDS: Readonly<Record<InstallScriptKind, string>> = {
  kickstart: 'kickstart',
  preseed: 'preseed',
  autoinstall: 'autoinstall',
  autoyast: 'AutoYaST',
  'user-script': 'a program of your own',
};

const filledIn = (kind: InstallScriptKind): readonly string[] => [
  ...derivedValues({ kind, variables: {} }).keys(),
];

/** A placeholder that Kiln fills in, but in the words of another kind of script. */
export type ForeignPlaceholder = {
  /** Which kinds it is for, as a sentence without a period. */
  readonly problem: string;
  /** What to write in this kind. */
  readonly fix: string;
};

/** @returns undefined for a placeholder of this kind, and for those that Kiln does not fill in */
export function foreignPlaceholder(name: string, kind: InstallScriptKind): ForeignPlaceholder | undefined {
  const options = DERIVED_PLACEHOLDERS.get(name);
  if (options === undefined || filledIn(kind).includes(name)) return undefined;
  const kinds = (Object.keys(KINDS) as InstallScriptKind[]).filter((other) => filledIn(other).includes(name));
  const problem = `{{${name}}} is for ${kinds.map((other) => KINDS[other]).join(' and ')}, not for ${KINDS[kind]}`;
  return { problem, fix: insteadIn(kind, options) };
}

/** @param options what the placeholder is made of */
function insteadIn(kind: InstallScriptKind, options: readonly string[]): string {
  if (options.length === 0) return `leave it out: ${KINDS[kind]} has nothing for it`;
  const madeOfThem = filledIn(kind).filter((name) =>
    DERIVED_PLACEHOLDERS.get(name)?.some((option) => options.includes(option)),
  );
  // A program has what all have.
  const ofAll = filledIn('user-script');
  const own = madeOfThem.filter((name) => !ofAll.includes(name));
  if (own.length > 0) return `write what ${KINDS[kind]} has for it: ${inBraces(own)}`;
  return `write what every script has for it: ${inBraces([...options, ...madeOfThem])}`;
}

const inBraces = (names: readonly string[]): string => names.map((name) => `{{${name}}}`).join(', ');
