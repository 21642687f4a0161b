import { SpecError } from '../foundation/errors.ts';
import type { ScriptFinding } from './check-script.ts';

/** More would only push the first ones off the screen. */
const SHOWN = 20;

/** `ipxe.bad-script`, with the first findings in words and all in its details. */
export function badScript(name: string, findings: readonly ScriptFinding[]): SpecError {
  const { lines, more } = firstFindings(name, findings);
  const all = more === 0 ? lines : [...lines, `and ${more} more`];
  return new SpecError(
    'ipxe.bad-script',
    `${name} cannot be used:\n${all.map((line) => `  ${line}`).join('\n')}`,
    { details: { findings } },
  );
}

/** The first findings in words, and how many more there are. */
export function firstFindings(
  name: string,
  findings: readonly ScriptFinding[],
): { readonly lines: readonly string[]; readonly more: number } {
  const lines = findings.slice(0, SHOWN).map(({ line, problem }) => `${name}:${line}: ${problem}`);
  return { lines, more: findings.length - lines.length };
}
