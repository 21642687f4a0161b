import type { Problem } from '../foundation/errors.ts';

/** `web.yaml:7:9`; a key's name may follow after a blank. */
export function placeIn(label: string, line: number, column: number): string {
  return `${label}:${line}:${column}`;
}

const PLACE = /^(.+?):(\d+):(\d+)(?: |$)/;

/** `web.yaml:7` of a place. */
export function fileAndLine(place: string | undefined): string | undefined {
  const [, file, line] = PLACE.exec(place ?? '') ?? [];
  return file === undefined ? undefined : `${file}:${line}`;
}

/** Options first, then file by file as they come first, each in the order of its lines. */
export function inLineOrder(problems: readonly Problem[]): readonly Problem[] {
  const files: string[] = [];
  const placed = problems.map((problem) => {
    const [, file = problem.where, line = 0, column = 0] = PLACE.exec(problem.where) ?? [];
    const isOption = /^(?:--|overrides\.)/.test(problem.where);
    if (!isOption && !files.includes(file)) files.push(file);
    return {
      problem,
      group: isOption ? -1 : files.indexOf(file),
      line: Number(line),
      column: Number(column),
    };
  });
  return placed
    .sort((a, b) => a.group - b.group || a.line - b.line || a.column - b.column)
    .map(({ problem }) => problem);
}
