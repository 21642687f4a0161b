import { readLinePattern } from '../foundation/line-pattern.ts';
import type { WatchPatternSpec } from '../spec/build-spec.ts';
import type { WatchedPattern } from './console-pattern.ts';

/** A template's own patterns, told by their place in the list. They were parsed with the template, so the expressions are valid. */
export function userPatterns(specs: readonly WatchPatternSpec[]): readonly WatchedPattern[] {
  return specs.map(({ match, kind, meaning, remedy, where }, index) => ({
    id: `user.${index + 1}`,
    family: 'user',
    kind,
    phase: 'any time',
    regex: readLinePattern(match),
    meaning,
    ...(remedy === undefined ? {} : { remedy }),
    ...(where === undefined ? {} : { where }),
    sample: { from: 'documented', text: '' },
    never: '',
  }));
}
