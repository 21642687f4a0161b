import { nodeAt } from '../../../foundation/xml-node.ts';
import { keyboardRule, localeRule, type Stated, timeZoneRule } from '../common/regional-rules.ts';
import type { LintRule, ScriptOf } from '../lint-rule.ts';

type Script = ScriptOf<'autoyast'>;

const stated = ({ document: { root } }: Script, ...path: readonly string[]): readonly Stated[] => {
  const node = nodeAt(root, ...path);
  return node === undefined ? [] : [{ value: node.text.trim(), line: node.line }];
};

/** Sections of the AutoYaST guide: "Country settings". */
export const REGIONAL_RULES: readonly LintRule<Script>[] = [
  timeZoneRule<Script>({
    id: 'autoyast.unknown-time-zone',
    severity: 'warning',
    about: 'a time zone that does not exist: YaST leaves its own',
    otherwise: 'YaST leaves its own',
    find: (script) => stated(script, 'timezone', 'timezone'),
  }),
  localeRule<Script>({
    id: 'autoyast.unknown-locale',
    severity: 'warning',
    about: 'a language that is not written as one, or of a country that does not exist',
    otherwise: 'YaST leaves its own',
    find: (script) => stated(script, 'language', 'language'),
  }),
  keyboardRule<Script>({
    kind: 'autoyast',
    id: 'autoyast.unknown-keyboard',
    severity: 'warning',
    about: 'a keyboard layout that YaST does not know',
    otherwise: 'YaST leaves its own',
    find: (script) => stated(script, 'keyboard', 'keymap'),
  }),
];
