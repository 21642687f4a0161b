import { suggestion } from '../foundation/nearest-word.ts';
import { shapeProblem, type ValueShape } from '../foundation/value-shape.ts';
import { DERIVED_PLACEHOLDERS } from '../install-script/options/derived-values.ts';
import { placeholdersIn } from '../install-script/render-script.ts';
import type { BuildOverrides } from './build-overrides.ts';
import type { InstallScriptKind } from './build-spec.ts';
import type { ProblemList } from './problem-list.ts';
import { RESERVED_VARIABLES } from './variable-words.ts';

/** A record, so that the compiler asks for a key that is added to the type. */
export const OVERRIDES: Readonly<Record<keyof BuildOverrides, ValueShape>> = {
  name: 'text',
  os: 'text',
  memory: 'text or number',
  vcpus: 'text or number',
  cpu: 'text',
  disk: 'text',
  bus: 'text',
  cdrom: 'text',
  location: 'text',
  import: 'text',
  ipxe: 'flag',
  checksum: 'text',
  script: 'text',
  inject: 'text',
  extraArgs: 'texts',
  firmware: 'text',
  machine: 'text',
  accelerator: 'text',
  network: 'text',
  outputs: 'texts',
  publish: 'texts',
  rootPasswordFile: 'text',
  rootPasswordEnv: 'text',
  variables: 'texts',
  timeout: 'text or number',
  stall: 'text or number',
  syslog: 'flag',
  bootCheckPattern: 'text',
  bootCheckLimit: 'text or number',
  noBootCheck: 'flag',
  spelling: 'object',
};

/** A program without type checks may misspell a key, which would be ignored in silence. */
export function checkOverrideKeys(given: BuildOverrides, list: ProblemList): void {
  const known = Object.keys(OVERRIDES);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const advice = suggestion(key, known) || ` Known are: ${known.join(', ')}.`;
    list.add(`overrides.${key}`, `there is no such override.${advice}`);
  }
}

/** Such a program may also give a text where a list is meant: the overrides without those values, which become problems. */
export function wellFormedOverrides(given: BuildOverrides, list: ProblemList): BuildOverrides {
  const values: Readonly<Record<string, unknown>> = given;
  const faulty = Object.entries(OVERRIDES).flatMap(([key, shape]) => {
    const problem = shapeProblem(values[key], shape);
    if (problem !== undefined) list.add(`overrides.${key}`, problem);
    return problem === undefined ? [] : [[key, undefined] as const];
  });
  return { ...given, ...Object.fromEntries(faulty) };
}

export type ScriptText = {
  readonly text: string;
  readonly kind: InstallScriptKind;
  readonly label: string;
};

/** Names of variables and where they are given: `--var`, or the place in a template. */
export type GivenVariables = ReadonlyMap<string, string>;

/**
 * Variables named for this very build, or by the very template that names the script, must be asked for by that script. Those of a base
 * may be for others: it serves several scripts.
 */
export function checkVariableNames(
  given: GivenVariables,
  script: ScriptText | undefined,
  list: ProblemList,
): void {
  const asked = script === undefined ? [] : askedBy(script);
  for (const [name, where] of given) {
    if (script === undefined) list.add(where, `"${name}": there is no install script that could ask for it`);
    else if (!asked.includes(name)) list.add(where, notAsked(name, asked, script.label));
  }
}

/** A template without a script leaves the choice of one to others. */
export function ownVariablesOf(template: {
  readonly settings: { readonly script?: unknown };
  readonly ownVariables: readonly string[];
  readonly locate: (path: readonly PropertyKey[]) => string | undefined;
}): GivenVariables {
  if (template.settings.script === undefined) return new Map();
  return new Map(
    template.ownVariables.map((name) => [name, template.locate(['variables', name]) ?? `variables.${name}`]),
  );
}

/** Kiln's own placeholders cannot be given, `hostname` apart; some are made of options that can. */
function askedBy({ text, kind }: ScriptText): readonly string[] {
  const placeholders = placeholdersIn(text, kind).map(({ name }) => name);
  const names = new Set(placeholders.flatMap((name) => DERIVED_PLACEHOLDERS.get(name) ?? [name]));
  return [...names].filter((name) => !RESERVED_VARIABLES.has(name));
}

function notAsked(name: string, asked: readonly string[], label: string): string {
  const what = asked.length === 0 ? 'It asks for none.' : `It asks for ${asked.join(', ')}.`;
  return `no {{${name}}} stands in ${label}.${suggestion(name, asked)} ${what}`;
}
