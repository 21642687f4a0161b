import { SpecError } from '../foundation/errors.ts';
import type { ScriptFinding } from './check-script.ts';

/** More would only push the first ones off the screen. */
const SHOWN = 20;

/** `ipxe.bad-script`, with the first findings in words and all in its details. */
export function badScript(name: string, findings: readonly ScriptFinding[]): SpecError {
  const lines = findings.slice(0, SHOWN).map(({ line, problem }) => `  ${name}:${line}: ${problem}`);
  const more = findings.length - lines.length;
  const all = more === 0 ? lines : [...lines, `  and ${more} more`];
  return new SpecError('ipxe.bad-script', `${name} cannot be used:\n${all.join('\n')}`, {
    details: { findings },
  });
}
