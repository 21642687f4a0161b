import { misplacedValues } from '../misplaced-values.ts';
import { type RenderInput, unknownPlaceholders } from '../render-script.ts';
import type { GivenValue, GivenValues } from './blame-values.ts';
import { type Finding, MISSING } from './lint-rule.ts';

/** What is wrong with values, by no rule of the script's kind; each is the code of the error as well, when it is alone. */
export const VALUE_RULES: readonly string[] = ['script.unknown-placeholder', 'script.bad-value'];

/**
 * Adds placeholders that cannot be filled in and values that would leave their place. What these have spoilt is told as their fault
 * alone: other findings on their lines, and what the script lacks where such a placeholder has a line for itself, which could be anything.
 */
export function withValueFindings(
  findings: readonly Finding[],
  script: RenderInput,
  given: GivenValues,
): readonly Finding[] {
  const own = valueFindings(script, given);
  const lines = script.text.split('\n');
  const standsAlone = own.some(({ line }) => /^\s*\{\{[^{}]*\}\}\s*$/.test(lines[line - 1] ?? ''));
  const isSpoilt = ({ line }: Finding): boolean =>
    line === MISSING ? standsAlone : own.some((finding) => finding.line === line);
  return [...findings.filter((finding) => !isSpoilt(finding)), ...own];
}

function valueFindings({ text, kind, values }: RenderInput, given: GivenValues): readonly Finding[] {
  const error = { severity: 'error', mendable: false } as const;
  const unknown = unknownPlaceholders(text, kind, values).map(({ line, problem, fix }) => ({
    ...{ ...error, rule: 'script.unknown-placeholder', line, message: problem, fix },
  }));
  const misplaced = misplacedValues(text, kind, values).map(({ line, name, problem }) => ({
    ...{ ...error, rule: 'script.bad-value', line, message: `{{${name}}}: ${problem}` },
    fix: 'give another value',
    ...blamed(given.get(name)),
  }));
  return [...unknown, ...misplaced];
}

const blamed = (value: GivenValue | undefined): Pick<Finding, 'where'> =>
  value === undefined ? {} : { where: value.where };
