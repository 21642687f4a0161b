import type { ConsolePattern } from '../console-pattern.ts';
import { saidBy } from './said-by.ts';

const error = { family: 'subiquity', kind: 'error' } as const;

/** Its events have their own names in front: `finish: subiquity/core: FAIL: `. */
const said = (what: RegExp): RegExp =>
  saidBy(String.raw`(?:start|finish): subiquity\/[^\s:]+|(?:subiquity|curtin|cloud-init)[\w.-]*`, what);

/** Ubuntu's installer on a serial console (subiquity/client/client.py, subiquity/server/autoinstall.py, cloud-init). */
export const SUBIQUITY_PATTERNS: readonly ConsolePattern[] = [
  {
    family: 'subiquity',
    kind: 'prompt',
    id: 'subiquity.confirm',
    phase: 'before the install',
    regex: /^\s*Continue with autoinstall\? \(yes\|no\)/,
    meaning: 'it asks to confirm the automatic install',
    remedy: "Add the word 'autoinstall' to the kernel command line.",
    sample: {
      from: 'documented',
      text: "Confirmation is required to continue.\nAdd 'autoinstall' to your kernel command line to avoid this\n\nContinue with autoinstall? (yes|no)",
    },
    never: 'autoinstall continues',
  },
  {
    ...error,
    id: 'subiquity.validation',
    phase: 'reading the autoinstall file',
    regex: said(
      /Malformed autoinstall in '(?<word>[^']+)' section|autoinstall\b.{0,80}\b[Vv]alidation ?[Ee]rror|[\w.]*AutoinstallValidationError\b/,
    ),
    meaning: 'the autoinstall file is not valid',
    remedy: 'Correct the key that the message names.',
    mend: { settings: ['autoinstall', 'version'] },
    sample: {
      from: 'documented',
      text: "Malformed autoinstall in 'version or interactive-sections' section",
    },
    never: 'autoinstall found in cloud-config',
  },
  {
    ...error,
    id: 'subiquity.command',
    phase: 'running commands',
    regex: said(/Command execution failure: \[(?<word>.+)\]/),
    meaning: 'a command of early-commands or late-commands ended with an error',
    remedy: 'Make it end with exit code 0; its output is in the console lines around.',
    mend: { settings: ['late-commands', 'early-commands'] },
    sample: {
      from: 'documented',
      text: "Command execution failure: ['sh', '-c', 'curtin in-target -- false']",
    },
    never: 'Running command: true',
  },
  {
    ...error,
    id: 'subiquity.step-failed',
    phase: 'installing',
    regex: /^(?:\[[^\]]*\] )?finish: subiquity\/\S*[Ii]nstall\S*: FAIL\b/,
    meaning: 'a step of the Ubuntu installer failed; its name stands in the line',
    remedy: 'Look at the storage, apt and packages sections for what the step does.',
    mend: { settings: ['storage', 'apt', 'packages', 'late-commands'] },
    fallback: true,
    sample: {
      from: 'documented',
      text: 'finish: subiquity/Install/install/curtin_install: FAIL: installing system',
    },
    never: 'finish: subiquity/Install/install/curtin_install: SUCCESS: installing system',
  },
  {
    ...error,
    id: 'subiquity.error',
    phase: 'any time',
    regex: said(/An error occurred\. Press enter to start a shell/),
    meaning: 'the Ubuntu installer failed',
    remedy: 'Check /var/log/installer in the guest; error-commands can print it on the console.',
    fallback: true,
    sample: { from: 'documented', text: 'An error occurred. Press enter to start a shell' },
    never: 'finish: subiquity/Error: SUCCESS',
  },
  {
    ...error,
    id: 'subiquity.cloud-config',
    phase: 'reading the seed',
    // As its Python modules log.
    regex:
      /\.py\[(?:WARNING|ERROR|CRITICAL)\]: .*(?:Failed loading yaml blob|Invalid cloud-config provided|empty cloud config|Unhandled non-multipart \(text\/x-not-multipart\) userdata)/,
    meaning: 'cloud-init cannot read the user-data, so no autoinstall is found',
    remedy: 'The file must begin with `#cloud-config` and be valid YAML; tabs are not.',
    mend: { settings: ['#cloud-config', 'autoinstall'] },
    sample: {
      from: 'documented',
      text: 'cloud-init[812]: 2024-04-25 10:11:12,131 - util.py[WARNING]: Failed loading yaml blob. Invalid format at line 7 column 1',
    },
    never: 'cloud-init[812]: Cloud-init v. 24.1 running',
  },
];
