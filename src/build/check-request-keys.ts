import { statSync } from 'node:fs';
import { type Problem, specErrorOf } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { Places } from '../foundation/places.ts';
import { describeValue, shapeProblem, type ValueShape } from '../foundation/value-shape.ts';
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
const PLACES: Readonly<Record<keyof Places, ValueShape>> = { cache: 'text', state: 'text', runtime: 'text' };

/**
 * A program without type checks may misspell a key, put an override beside `overrides`, or give a value of another kind: the first two
 * would be ignored in silence.
 * @throws SpecError `spec.invalid`
 */
export function checkRequestKeys(request: BuildRequest, options: Partial<BuildContext>): void {
  const problems = [
    ...problemsWith('request', request, REQUEST),
    ...problemsWith('options', options, OPTIONS),
    ...insideOptions(options),
  ];
  if (problems.length > 0) throw specErrorOf('The call', problems);
}

/** What would otherwise fail much later, where the value is used. What is no object at all has been reported. */
function insideOptions(options: Partial<BuildContext>): Problem[] {
  const { cwd, env, places, logger, signal } = isObject(options) ? options : {};
  return [
    ...(typeof cwd === 'string' && !isFolder(cwd)
      ? [{ where: 'options.cwd', problem: `${cwd} is not a folder.` }]
      : []),
    ...(isObject(env) ? valueProblems('options.env', env, 'text') : []),
    ...(isObject(places) ? placesProblems(places) : []),
    ...(isObject(logger) ? valueProblems('options.logger', methodsOf(logger), 'function') : []),
    ...(isObject(signal) && !((signal as unknown) instanceof AbortSignal)
      ? [{ where: 'options.signal', problem: `expects an AbortSignal, found ${describeValue(signal)}.` }]
      : []),
  ];
}

const isObject = (value: unknown): value is object => shapeProblem(value ?? null, 'object') === undefined;

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function placesProblems(places: Places): Problem[] {
  const given: Readonly<Record<string, unknown>> = places;
  const missing = Object.keys(PLACES).filter((key) => given[key] === undefined);
  return [
    ...problemsWith('options.places', places, PLACES),
    ...missing.map((key) => ({ where: `options.places.${key}`, problem: 'is missing' })),
  ];
}

/** A logger's methods may be its class's, and it may have others. */
const methodsOf = ({ debug, info, warn }: Logger): object => ({
  debug: debug ?? null,
  info: info ?? null,
  warn: warn ?? null,
});

function valueProblems(place: string, given: object, shape: ValueShape): Problem[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const problem = shapeProblem(value, shape);
    return problem === undefined ? [] : [{ where: `${place}.${key}`, problem }];
  });
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
