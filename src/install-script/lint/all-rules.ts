import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { ANSWER_FAULT_RULES } from './autoinstall/answer-faults.ts';
import { ANSWER_RULES as AUTOINSTALL_ANSWERS } from './autoinstall/answer-rules.ts';
import { REGIONAL_RULES as AUTOINSTALL_REGION } from './autoinstall/regional-rules.ts';
import { SHAPE_RULES } from './autoinstall/shape-rules.ts';
import { DRIVE_RULES } from './autoyast/drive-rule.ts';
import { ELEMENT_RULES } from './autoyast/element-rules.ts';
import { ENDING_RULES as AUTOYAST_ENDINGS } from './autoyast/ending-rules.ts';
import { PROFILE_RULES } from './autoyast/profile-rules.ts';
import { REGIONAL_RULES as AUTOYAST_REGION } from './autoyast/regional-rules.ts';
import { COMMON_RULES } from './common/common-rules.ts';
import { ANSWER_RULES as KICKSTART_ANSWERS } from './kickstart/answer-rules.ts';
import { COMMAND_RULES } from './kickstart/command-rules.ts';
import { ENDING_RULES as KICKSTART_ENDINGS } from './kickstart/ending-rules.ts';
import { NAME_RULES } from './kickstart/name-rules.ts';
import { OPTION_VALUE_RULES } from './kickstart/option-value-rules.ts';
import { REGIONAL_RULES as KICKSTART_REGION } from './kickstart/regional-rules.ts';
import { SECTION_RULES } from './kickstart/section-rules.ts';
import { SOURCE_RULES } from './kickstart/source-rules.ts';
import { VALUE_RULES as KICKSTART_VALUES } from './kickstart/value-rules.ts';
import type { LintRule, ScriptOf } from './lint-rule.ts';
import { ANSWER_RULES as PRESEED_ANSWERS } from './preseed/answer-rules.ts';
import { ENDING_RULES as PRESEED_ENDINGS } from './preseed/ending-rules.ts';
import { LINE_RULES } from './preseed/line-rules.ts';
import { VALUE_RULES } from './preseed/value-rules.ts';
import { USER_SCRIPT_RULES } from './user-script/user-script-rules.ts';

type RulesOf = { readonly [K in InstallScriptKind]: readonly LintRule<ScriptOf<K>>[] };

/**
 * All rules, in the order in which their mends are applied: what makes a script readable for its installer first, the completion
 * marker last, so that it stays the last act.
 */
export const RULES_OF: RulesOf = {
  kickstart: [
    ...COMMAND_RULES,
    ...OPTION_VALUE_RULES,
    ...NAME_RULES,
    ...SECTION_RULES,
    ...KICKSTART_ANSWERS,
    ...KICKSTART_REGION,
    ...KICKSTART_VALUES,
    ...SOURCE_RULES,
    ...KICKSTART_ENDINGS,
    ...COMMON_RULES,
  ],
  preseed: [...LINE_RULES, ...PRESEED_ANSWERS, ...VALUE_RULES, ...PRESEED_ENDINGS, ...COMMON_RULES],
  autoinstall: [
    ...SHAPE_RULES,
    ...ANSWER_FAULT_RULES,
    ...AUTOINSTALL_ANSWERS,
    ...AUTOINSTALL_REGION,
    ...COMMON_RULES,
  ],
  autoyast: [
    ...PROFILE_RULES,
    ...ELEMENT_RULES,
    ...DRIVE_RULES,
    ...AUTOYAST_ENDINGS,
    ...AUTOYAST_REGION,
    ...COMMON_RULES,
  ],
  'user-script': [...USER_SCRIPT_RULES, ...COMMON_RULES],
};
