import { nearestWord } from '../../../foundation/nearest-word.ts';
import { lineOf } from '../../edit/text-edits.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { methodOf, recipeOf } from './recipe-rule.ts';
import { type RecipeParts, type RecipeStanza, type RecipeWord, recipeParts } from './recipe-words.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

type Recipe = RecipeParts & {
  readonly answer: PreseedAnswer;
  readonly lineAt: (word: RecipeWord) => number;
};

function readRecipe(script: Script): Recipe | undefined {
  const answer = recipeOf(script);
  if (answer === undefined || answer.value === '') return undefined;
  const { text } = script;
  const { valueStart, valueEnd } = answer;
  const lineAt = ({ offset }: RecipeWord): number => lineOf(text, valueStart + offset);
  return { answer, lineAt, ...recipeParts(text.slice(valueStart, valueEnd)) };
}

/**
 * `name{` and `}` are words; `$mark{}` is found anywhere in the partition's words, and what a lone `{` opens (`label { x }`) is passed
 * over.
 */
const isGlued = (word: string): boolean => /[{}]/.test(word) && !/^(?:[^{}]*\{|\}|\$[^{}]+\{\})$/.test(word);

function gluedBraces({ stanzas, lineAt }: Recipe): readonly Hit[] {
  return stanzas.flatMap(({ words }) => {
    const word = words.find(({ said }) => isGlued(said));
    if (word === undefined) return [];
    const { said } = word;
    const parted = said.replaceAll('{', '{ ').replaceAll('}', ' } ').replace(/ +/g, ' ').trim();
    const message = `the recipe has "${said}" in one word, and debian-installer knows braces only between blanks`;
    return [{ line: lineAt(word), message, fix: `write: ${parted}` }];
  });
}

function openStanza({ open, lineAt }: Recipe): readonly Hit[] {
  // Without a size it is no partition.
  if (open === undefined || !/^\d/.test(open.first.said)) return [];
  const message = "the recipe's last partition is not closed, so debian-installer leaves it out";
  return [{ line: lineAt(open.first), message, fix: 'write a period behind it, with a blank before: ` .`' }];
}

function noRoot({ answer, stanzas }: Recipe, script: Script): readonly Hit[] {
  const isThere = stanzas.some(({ text }) => text.includes('mountpoint{ / }'));
  if (isThere || methodOf(script) === undefined) return [];
  const message =
    'the recipe has no partition for /, so debian-installer stops with "No root file system is defined"';
  return [{ line: answer.lineNumber, message, fix: 'write mountpoint{ / } at the partition of the system' }];
}

function shapeFaults(script: Script): readonly Hit[] {
  const recipe = readRecipe(script);
  if (recipe === undefined) return [];
  const faults = [...gluedBraces(recipe), ...openStanza(recipe)];
  // What is read wrongly may be the partition for /.
  return faults.length > 0 ? faults : noRoot(recipe, script);
}

/** What components of debian-installer make, or made (partman-basicfilesystems, -ext3, -xfs, -jfs, -btrfs, -ntfs and others). */
const FILE_SYSTEMS =
  'ext4 ext3 ext2 xfs jfs btrfs fat16 fat32 ntfs hfs hfs+ ufs zfs reiserfs linux-swap f2fs'.split(' ');

function unknownFileSystem({ words, text }: RecipeStanza): RecipeWord | undefined {
  const name = words[words.findIndex(({ said }) => said === 'filesystem{') + 1];
  const isMade = text.includes(' method{ format }') && text.includes(' filesystem{ ');
  return !isMade || name === undefined || FILE_SYSTEMS.includes(name.said) ? undefined : name;
}

function unknownFileSystems(script: Script): readonly Hit[] {
  const recipe = readRecipe(script);
  return (recipe?.stanzas ?? []).flatMap((stanza): readonly Hit[] => {
    const name = unknownFileSystem(stanza);
    if (recipe === undefined || name === undefined) return [];
    const message = `debian-installer knows no file system "${name.said}", and may make none`;
    const near = nearestWord(name.said, FILE_SYSTEMS) ?? 'ext4';
    return [{ line: recipe.lineAt(name), message, fix: `write: filesystem{ ${near} }` }];
  });
}

export const RECIPE_SHAPE_RULES: readonly Rule[] = [
  {
    id: 'preseed.bad-recipe',
    severity: 'error',
    about:
      'a recipe that is not read as it is meant: a partition without its closing period, a brace without blanks, none for /',
    check: shapeFaults,
  },
  {
    id: 'preseed.unknown-file-system',
    severity: 'warning',
    about: 'a recipe with a file system that debian-installer does not know',
    check: unknownFileSystems,
  },
];
