import { SpecError } from '../foundation/errors.ts';

export function invalidOption(option: string, problem: string): SpecError {
  return new SpecError('options.invalid', `${option} ${problem}.`, { details: { option } });
}
