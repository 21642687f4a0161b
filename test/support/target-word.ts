import {
  checkParts,
  mapParts,
  type PublishTarget,
  type TargetParts,
  wordParts,
} from '../../src/publish/publish-target.ts';

/** A target as it is written on a command line, whether or not its options make sense together. */
export const readTargetWord = (word: string): PublishTarget => sound(wordParts(word));

/** The same as it is written in a template. */
export const readTargetMap = (map: Readonly<Record<string, unknown>>): PublishTarget => sound(mapParts(map));

function sound(parts: TargetParts): PublishTarget {
  const { target, problems } = checkParts(parts);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return target;
}
