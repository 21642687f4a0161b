import type { ConsolePattern } from '../console-pattern.ts';

const prompt = { family: 'anaconda', kind: 'prompt' } as const;

/** What Anaconda asks when it is neither in cmdline mode nor told everything (pyanaconda/ui/tui/). */
export const ANACONDA_PROMPT_PATTERNS: readonly ConsolePattern[] = [
  {
    ...prompt,
    id: 'anaconda.ignore',
    phase: 'any time',
    regex: /^\s*Would you like to ignore this and continue with installation\?/,
    meaning: 'it asks whether to go on after a problem',
    remedy: 'Boot with inst.cmdline, then Anaconda ends instead of asking; correct the problem named above.',
    sample: {
      from: 'documented',
      text: 'Would you like to ignore this and continue with installation?',
    },
    never: 'Ignoring this, the installation continues',
  },
  {
    ...prompt,
    id: 'anaconda.rdp-or-text',
    phase: 'starting the installer',
    regex:
      /^Text mode provides a limited set of installation options|^\s*1\) (?:Start VNC|Use graphical mode via Remote Desktop)/,
    meaning: 'it asks whether to use text mode',
    remedy: 'Say `text` or `cmdline` in the kickstart file, or boot with inst.text or inst.cmdline.',
    mend: { settings: ['text', 'cmdline', 'graphical'], add: ['text'] },
    sample: {
      from: 'documented',
      text: 'Text mode provides a limited set of installation options. It does not offer custom partitioning',
    },
    never: 'Starting text mode',
  },
  {
    ...prompt,
    id: 'anaconda.hub',
    phase: 'before the install',
    regex: /^\s*Please make (?:a|your) (?:selection|choice) from (?:the )?above/,
    meaning: 'it shows a menu: the kickstart file leaves an answer out',
    remedy: 'Items marked [!] in the menu are missing in the kickstart file.',
    mend: { settings: [], add: ['rootpw --lock', 'timezone UTC --utc', 'autopart', 'url --url=…'] },
    sample: {
      from: 'documented',
      text: "Please make a selection from the above ['b' to begin installation, 'q' to quit, 'r' to refresh]:",
    },
    never: 'The selection above was made',
  },
  {
    ...prompt,
    id: 'anaconda.yes-no',
    phase: 'any time',
    regex: /^\s*Please respond 'yes' or 'no'/,
    meaning: 'it asks a yes-or-no question',
    frame: true,
    sample: { from: 'documented', text: "Please respond 'yes' or 'no':" },
    never: 'yes or no',
  },
  {
    ...prompt,
    id: 'anaconda.press-enter',
    phase: 'any time',
    regex: /^\s*Press \[?(?:ENTER|Enter)\]? to (?:continue|exit|quit|reboot)/,
    meaning: 'it shows a message and waits for the enter key',
    frame: true,
    sample: { from: 'documented', text: 'Press ENTER to continue' },
    never: 'ENTER was pressed to continue',
  },
];
