import { type Finding, MISSING } from '../install-script/lint/lint-rule.ts';
import { checkVariableNames } from '../spec/check-names.ts';
import { mixedMediaProblem } from '../spec/check-spec.ts';
import { diskProblem, memoryProblem } from '../spec/os-minimums.ts';
import { ProblemList } from '../spec/problem-list.ts';
import { wrongKindProblem } from '../spec/script-kind.ts';
import type { LintSubject } from './lint-subject.ts';

/** What builds and plans refuse with an error of its own that no line of the script is to blame for, by their own checks. */
export function refusalFindings(subject: LintSubject): readonly Finding[] {
  return [
    ...kindFindings(subject),
    ...variableFindings(subject),
    ...mediaFindings(subject),
    ...sizeFindings(subject),
  ];
}

function kindFindings({ kind, target: { os }, media }: LintSubject): readonly Finding[] {
  const problem = wrongKindProblem({ kind, os, media: media[0]?.kind });
  if (problem === undefined) return [];
  return [
    error(
      'script.wrong-kind',
      `the script ${problem}`,
      'name the system it is for, or write a script of that kind',
    ),
  ];
}

function variableFindings({ text, kind, label, ownVariables }: LintSubject): readonly Finding[] {
  const list = new ProblemList();
  checkVariableNames(ownVariables, { text, kind, label }, list);
  return list.problems.map(({ where, problem }) =>
    error('spec.invalid', `${where}: ${problem.replace(/\.$/, '')}`, 'correct the name, or leave it out'),
  );
}

function mediaFindings({ media, placeOf }: LintSubject): readonly Finding[] {
  const problem = mixedMediaProblem(media);
  if (problem === undefined) return [];
  return [error('spec.invalid', `${placeOf('media')}: ${problem}`, 'name media of one kind')];
}

function sizeFindings({ target, media, placeOf }: LintSubject): readonly Finding[] {
  const { os, memory, diskSize } = target;
  const wanted = { media, ...(os === undefined ? {} : { os }) };
  const problems = [
    ['memory', memory && memoryProblem({ ...wanted, memory })],
    ['disk', diskSize && diskProblem({ ...wanted, disk: { size: diskSize } })],
  ] as const;
  return problems.flatMap(([size, problem]) =>
    problem ? [error('spec.invalid', `${placeOf(size)}: ${problem}`, 'name a larger size')] : [],
  );
}

const error = (rule: string, message: string, fix: string): Finding => ({
  ...{ rule, severity: 'error', line: MISSING, message, fix, mendable: false },
});
