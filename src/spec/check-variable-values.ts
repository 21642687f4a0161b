import { commonProblems } from '../install-script/options/common-options.ts';
import type { BuildSpec } from './build-spec.ts';
import type { KeyPath } from './key-places.ts';
import type { ProblemList } from './problem-list.ts';

/** Adds the values that no script of the kind can use (`script.bad-option`), each with the place that gave it. */
export function checkVariableValues(
  { variables, script }: Pick<BuildSpec, 'variables' | 'script'>,
  locate: (path: KeyPath) => string | undefined,
  list: ProblemList,
): void {
  for (const { name, problem } of commonProblems(variables, script?.kind))
    list.add(locate(['variables', name]) ?? `variables.${name}`, problem, 'script.bad-option');
}
