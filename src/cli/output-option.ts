import { resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';

/** The path of a file that an option names. @throws SpecError `options.invalid` for standard output, which no command takes for one */
export function outputPath(option: string, word: string, cwd: string): string {
  if (word !== '' && word !== '-') return resolve(cwd, word);
  const problem =
    word === ''
      ? 'is empty; it names a file'
      : 'takes a file, not standard output; ./- is a file of that name';
  throw new SpecError('options.invalid', `${option} ${problem}.`, { details: { option } });
}
