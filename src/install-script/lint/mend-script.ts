import { lineDiff } from '../line-diff.ts';
import { type LintInput, rulesOf, structureOf } from './lint-script.ts';

export type MendedScript = {
  readonly text: string;
  /** A unified diff; empty when nothing was missing. Made before values are filled in, so it shows no secret. */
  readonly diff: string;
  /** Rules whose findings the changes have removed. */
  readonly mended: readonly string[];
};

export type MendInput = LintInput & {
  /** How the diff names the file. */
  readonly label: string;
  /** The text with its placeholders filled in: what is judged, while the changes go into the text as it is written. */
  readonly filled: (text: string) => string;
};

/** Puts in what is missing, rule by rule, each change seen by the next. What has no safe place stays a finding. */
export function mendScript({ text, kind, target, label, filled }: MendInput): MendedScript {
  const broken = (rule: (typeof rules)[number], script: string): boolean =>
    rule.check(structureOf(filled(script), kind, target), target).length > 0;
  const rules = rulesOf(structureOf(text, kind, target));
  let now = text;
  const mended: string[] = [];
  for (const rule of rules) {
    if (rule.mend === undefined || !broken(rule, now)) continue;
    const next = rule.mend(structureOf(now, kind, target), target);
    if (next === undefined || broken(rule, next)) continue;
    now = next;
    mended.push(rule.id);
  }
  return { text: now, diff: lineDiff(text, now, label), mended };
}
