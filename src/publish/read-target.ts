import { noNode } from './ironic/choose-node.ts';
import { sentence } from './openstack/service-error.ts';
import {
  checkParts,
  mapParts,
  numbered,
  type PublishTarget,
  type TargetParts,
  targetName,
  wordParts,
  wrong,
} from './publish-target.ts';
import { senseProblems } from './require-sense.ts';

/** Reads where a build is to publish, and tells all that is wrong with it. @throws SpecError `spec.invalid` */
export const readBuildTarget = (word: string): PublishTarget => withSense(wordParts(word));

/** The same from a template's map. */
export const readBuildTargetMap = (map: Readonly<Record<string, unknown>>): PublishTarget =>
  withSense(mapParts(map));

/** For several words of one option, of which nothing but their place tells two of one name apart. */
export function buildTargetReader(words: readonly string[]): (word: string, index: number) => PublishTarget {
  const names = numbered(words.map((word) => targetName(wordParts(word))));
  return (word, index) => withSense(wordParts(word), names[index]);
}

function withSense(parts: TargetParts, name = targetName(parts)): PublishTarget {
  const { target, problems } = checkParts(parts);
  const senseless = [...senseProblems(target, true), ...(lacksNode(target) ? [noNode()] : [])];
  const all = [...problems, ...senseless.map(({ message }) => message)];
  if (all.length === 0) return target;
  throw wrong(`${name}: ${all.map(sentence).join(' ')}`);
}

function lacksNode({ kind, options }: PublishTarget): boolean {
  return kind === 'ironic' && options.node === undefined && options['resource-class'] === undefined;
}
