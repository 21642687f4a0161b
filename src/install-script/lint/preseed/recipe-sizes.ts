import type { Bytes } from '../../../foundation/size.ts';
import { type RecipeStanza, recipeParts } from './recipe-words.ts';

/** partman counts in megabytes of 10^6 bytes, and rounds down. */
export const megabytes = (size: Bytes): number => Math.floor(size / 1e6);

/** A partition of a recipe, with the smallest size that it may have. */
export type RecipePartition = {
  /** Of its first word in the recipe. */
  readonly offset: number;
  /** Undefined where the word is no size: partman takes it for one that no disk has. */
  readonly minimum: number | undefined;
  /** The word as it is written. */
  readonly word: string;
  readonly mountpoint: string | undefined;
};

export type RecipeContext = {
  /** Mark of partitions that are left out: partman-auto's `default`, with LVM `lvm`. */
  readonly type: 'default' | 'lvm';
  /** Of the guest, in megabytes: what percentages are of. What is not known counts nothing. */
  readonly memory: number | undefined;
};

/**
 * What a recipe asks for at least, as partman-auto reads it (recipes.sh; /usr/share/doc/debian-installer's partman-auto-recipe.txt):
 * `500`, `100%` of the memory, or `500+50%`. Partitions of one kind of partition table (`$iflabel`), which are small, are left out.
 */
export function recipePartitions(recipe: string, context: RecipeContext): readonly RecipePartition[] {
  return recipeParts(recipe)
    .stanzas.filter((stanza) => isCounted(stanza, context))
    .map((stanza) => partition(stanza, context));
}

/** partman looks for the mark anywhere in the partition's words. */
const isCounted = ({ text }: RecipeStanza, { type }: RecipeContext): boolean =>
  !text.includes(`${type}ignore`) && !text.includes('$iflabel{');

function partition({ first, text }: RecipeStanza, { memory }: RecipeContext): RecipePartition {
  return {
    offset: first.offset,
    minimum: minimumOf(first.said, memory ?? 0),
    word: first.said,
    mountpoint: /(?:^| )mountpoint\{ (\S+) \}/.exec(text)?.[1],
  };
}

function minimumOf(word: string, memory: number): number | undefined {
  const [, plain, base = '0', percent] = /^(?:(\d+)|(?:(\d+)\+)?(\d+)%)$/.exec(word) ?? [];
  if (plain !== undefined) return Number(plain);
  return percent === undefined ? undefined : Number(base) + Math.floor((memory * Number(percent)) / 100);
}
