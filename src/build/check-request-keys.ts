import { type Problem, specErrorOf } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { shapeProblem, type ValueShape } from '../foundation/value-shape.ts';
import { OVERRIDES } from '../spec/check-names.ts';
import { type BuildContext, type BuildRequest, KEEP_POLICIES, ON_ERROR_POLICIES } from './build-context.ts';

/** Records, so that the compiler asks for a key that is added to the types. */
const REQUEST: Readonly<Record<keyof BuildRequest, ValueShape>> = {
  target: 'text',
  overrides: 'object',
  output: 'text',
  force: 'flag',
  keep: KEEP_POLICIES,
  onError: ON_ERROR_POLICIES,
  connect: 'text',
  edit: 'flag',
  offline: 'flag',
};
const OPTIONS: Readonly<Record<keyof BuildContext, ValueShape>> = {
  cwd: 'text',
  env: 'object',
  places: 'object',
  projectDir: 'text',
  signal: 'object',
  buildId: 'text',
  onEvent: 'function',
  askOnError: 'function',
  onGuestStarted: 'function',
  logger: 'object',
};

/**
 * A program without type checks may misspell a key, put an override beside `overrides`, or give a value of another kind: the first two
 * would be ignored in silence.
 * @throws SpecError `spec.invalid`
 */
export function checkRequestKeys(request: BuildRequest, options: Partial<BuildContext>): void {
  const problems = [
    ...problemsWith('request', request, REQUEST),
    ...problemsWith('options', options, OPTIONS),
  ];
  if (problems.length > 0) throw specErrorOf('The call', problems);
}

function problemsWith(place: string, given: object, shapes: Readonly<Record<string, ValueShape>>): Problem[] {
  const whole = given === undefined ? 'is missing' : shapeProblem(given, 'object');
  if (whole !== undefined) return [{ where: place, problem: whole }];
  return Object.entries(given).flatMap(([key, value]) => {
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined;
    const problem =
      shape === undefined ? unknownKey(place, key, Object.keys(shapes)) : shapeProblem(value, shape);
    return problem === undefined ? [] : [{ where: `${place}.${key}`, problem }];
  });
}

function unknownKey(place: string, key: string, known: readonly string[]): string {
  const advice =
    place === 'request' && Object.hasOwn(OVERRIDES, key)
      ? ` Write { overrides: { ${key}: … } }.`
      : suggestion(key, known) || ` Known are: ${known.join(', ')}.`;
  return `there is no such key.${advice}`;
}
