import { formatSize } from '../../../foundation/size.ts';
import { COMMAND_QUESTIONS } from '../../command-disks.ts';
import { lineOf } from '../../edit/text-edits.ts';
import type { PreseedAnswer } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, type LintTarget } from '../lint-target.ts';
import { megabytes, type RecipePartition, recipePartitions } from './recipe-sizes.ts';

type Script = ScriptOf<'preseed'>;

const RECIPE = 'partman-auto/expert_recipe';

const lastValue = ({ answers }: Script, name: string): string | undefined =>
  answers.findLast(({ question }) => question === name)?.value;

/** The recipe that counts; none where a command chooses another when the installer runs. */
export function recipeOf(script: Script): PreseedAnswer | undefined {
  const { answers } = script;
  const chosen = answers.some(
    ({ question, value }) => COMMAND_QUESTIONS.includes(question) && value.includes('partman-auto/'),
  );
  const recipe = answers.findLast(({ question }) => question === RECIPE);
  return chosen || isPlaceholder(recipe?.value) ? undefined : recipe;
}

/** With `regular`, `lvm` and `crypto` one recipe is laid over one disk. */
export function methodOf(script: Script): string | undefined {
  const method = lastValue(script, 'partman-auto/method') ?? 'regular';
  return ['regular', 'lvm', 'crypto'].includes(method) ? method : undefined;
}

function memoryOf(script: Script, { memory }: LintTarget): number | undefined {
  const cap = /^\d+$/.exec(lastValue(script, 'partman-auto/cap-ram') ?? '')?.[0];
  if (memory === undefined) return undefined;
  return Math.min(megabytes(memory), cap === undefined ? Number.POSITIVE_INFINITY : Number(cap));
}

const sizeText = (count: number): string => `${count} MB (${formatSize(count * 1e6)})`;
const nameOf = ({ mountpoint }: RecipePartition): string =>
  mountpoint === undefined ? 'a partition' : mountpoint;

function tooLarge(script: Script, target: LintTarget): readonly Hit[] {
  const recipe = recipeOf(script);
  const method = methodOf(script);
  if (recipe === undefined || method === undefined) return [];
  const raw = script.text.slice(recipe.valueStart, recipe.valueEnd);
  const type = method === 'regular' ? 'default' : 'lvm';
  const partitions = recipePartitions(raw, { type, memory: memoryOf(script, target) });
  const lineAt = ({ offset }: RecipePartition): number => lineOf(script.text, recipe.valueStart + offset);
  const otherwise = 'so debian-installer passes the recipe over and takes one of its own';
  const unread = partitions
    .filter(({ minimum }) => minimum === undefined)
    .map((one) => ({
      line: lineAt(one),
      message: `${nameOf(one)} has no smallest size: "${one.word}" is none, ${otherwise}`,
      fix: 'write the smallest size in MB, the priority and the largest size (-1: whatever is left)',
    }));
  if (unread.length > 0 || target.diskSize === undefined) return unread;
  const sum = partitions.reduce((all, { minimum = 0 }) => all + minimum, 0);
  const disk = megabytes(target.diskSize);
  const largest = partitions.toSorted((a, b) => (b.minimum ?? 0) - (a.minimum ?? 0))[0];
  if (largest === undefined || sum <= disk) return [];
  return [
    {
      line: lineAt(largest),
      message: `the recipe needs ${sizeText(sum)} at least, ${largest.minimum} MB of them for ${nameOf(largest)}, and the disk has ${sizeText(disk)}, ${otherwise}`,
      fix: 'lower the smallest sizes (the first number of each partition, in MB), or make the disk larger: --disk size=…GiB, disk.size in a template',
    },
  ];
}

export const RECIPE_RULES: readonly LintRule<Script>[] = [
  {
    id: 'preseed.recipe-too-large',
    severity: 'error',
    about: 'a recipe whose smallest sizes do not fit on the disk: debian-installer takes one of its own',
    check: tooLarge,
  },
];
