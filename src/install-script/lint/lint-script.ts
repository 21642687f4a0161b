import { assertNever } from '../../foundation/assert-never.ts';
import { parseXmlDocument } from '../../foundation/parse-xml.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { parseAutoinstall } from '../autoinstall-document.ts';
import { parseKickstart } from '../kickstart-document.ts';
import { preseedAnswers } from '../preseed-lines.ts';
import { parseUserScript } from '../user-script-document.ts';
import { RULES_OF } from './all-rules.ts';
import { isEndless } from './kickstart/kickstart-release.ts';
import { type AnyScript, compareFindings, type Finding, type LintRule } from './lint-rule.ts';
import type { LintTarget } from './lint-target.ts';

/** Which rules look: those for secrets at the script's own text, the others at what the installer will get, or all of them. */
export type LintedText = 'own' | 'filled' | 'both';

export type LintInput = {
  readonly text: string;
  readonly kind: InstallScriptKind;
  readonly target: LintTarget;
};

/** Everything wrong with a script that can be seen without running it, by line, then by severity. */
export function lintScript(
  { text, kind, target }: LintInput,
  which: LintedText = 'both',
): readonly Finding[] {
  const script = structureOf(text, kind, target);
  return rulesOf(script)
    .filter(({ asWritten }) => which === 'both' || (which === 'own') === (asWritten === true))
    .flatMap((rule) => findingsOf(rule, script, target))
    .sort(compareFindings);
}

export function structureOf(text: string, kind: InstallScriptKind, { os }: LintTarget): AnyScript {
  switch (kind) {
    case 'kickstart':
      return { kind, text, document: parseKickstart(text, isEndless(os)) };
    case 'preseed':
      return { kind, text, answers: preseedAnswers(text) };
    case 'autoinstall':
      return { kind, text, document: parseAutoinstall(text) };
    case 'autoyast':
      return { kind, text, document: parseXmlDocument(text) };
    case 'user-script':
      return { kind, text, document: parseUserScript(text) };
    default:
      return assertNever(kind);
  }
}

/** The rules of the script's own kind take its structure: `RULES_OF` pairs each kind with rules of that kind. */
export function rulesOf({ kind }: AnyScript): readonly LintRule[] {
  return RULES_OF[kind] as readonly LintRule[];
}

function findingsOf(rule: LintRule, script: AnyScript, target: LintTarget): readonly Finding[] {
  const { id, severity, mend } = rule;
  return rule
    .check(script, target)
    .map((hit) => ({ rule: id, severity, ...hit, mendable: mend !== undefined }));
}
