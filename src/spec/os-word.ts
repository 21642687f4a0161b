import { suggestion } from '../foundation/nearest-word.ts';
import { findOs, OS_WORDS } from '../os/find-os.ts';
import { readLine, wrong } from './words.ts';

/** An operating system of the table; aliases become its id, ids of a generic row (`fedora42`) stay. */
export function readOs(value: unknown): string {
  const word = readLine(value);
  const os = findOs(word);
  if (os === undefined) {
    const remedy = 'leave it out to go by what the media tell';
    throw wrong(`Kiln does not know "${word}"; ${remedy}.${suggestion(word, OS_WORDS)}`);
  }
  return os.generic ? word.toLowerCase() : os.id;
}
