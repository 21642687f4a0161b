import { resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';

/** The path of a file that an option names. @throws SpecError `options.invalid` for standard output, which no command takes for one */
export function outputPath(option: string, word: string, cwd: string): string {
  if (word !== '-') return resolve(cwd, word);
  throw new SpecError(
    'options.invalid',
    `${option} takes a file, not standard output; ./- is a file of that name.`,
    { details: { option } },
  );
}
