import type { ConsolePattern } from '../console-pattern.ts';

/** A window that waits, on a screen that was drawn rather than printed (newt, ncurses); its text has no pattern of its own. */
export const SCREEN_QUESTION: ConsolePattern = {
  id: 'generic.screen-question',
  family: 'generic',
  kind: 'prompt',
  phase: 'any time',
  frame: true,
  // Read off the rebuilt screen (screen-question.ts): no single line shows it.
  regex: /^┌[─┤].*<(?:Continue|Ok|Yes|No)>/,
  meaning: 'it shows a window and waits',
  remedy: 'Answer in the install script what the window asks.',
  sample: { from: 'documented', text: '┌┤ [!!] Licence ├┐ │ Accept? │ │ <Yes>  <No> │ └─────┘' },
  never: '│ Retrieving file 3 of 120 │',
};

/** What any program may say. */
export const GENERIC_PATTERNS: readonly ConsolePattern[] = [
  SCREEN_QUESTION,
  {
    id: 'generic.disk-full',
    family: 'generic',
    kind: 'hint',
    phase: 'installing',
    // The last words of who says so, but for a path, a number or a bracket.
    regex: /\bNo space left on device(?=["'):;.,\]]|\s\(\d+\)|\s*$)/,
    meaning: 'a file system of the guest is full',
    remedy: 'Enlarge the disk in the template (--disk size=…), or the partition in the install script.',
    mend: {
      settings: [
        'partman-auto/expert_recipe',
        'partman-auto/choose_recipe',
        'part',
        'partition',
        'logvol',
        'autopart',
        'storage',
      ],
    },
    sample: {
      from: 'recorded',
      text: 'dd: error writing /target/var/log/fill2: No space left on device',
    },
    never: 'There is space left on the device',
  },
  {
    id: 'generic.name-resolution',
    family: 'generic',
    kind: 'hint',
    phase: 'fetching',
    // Debian's netcfg also says it where a name server knows no name for the guest's own address, and goes on.
    regex:
      /(?<!getnameinfo\(\) returned -3 \()\b(?:Temporary failure (?:in name resolution|resolving '\S+')|Could not resolve (?:host|'\S+')|bad address '\S+'|Name or service not known)/,
    meaning: 'a host name could not be resolved in the guest',
    remedy: 'Check the host name in the install script and that the guest has a network and a name server.',
    mend: { settings: ['mirror/http/hostname', 'url', 'repo', 'apt', 'netcfg/get_nameservers', 'network'] },
    sample: { from: 'documented', text: "wget: bad address 'mirror.invalid'" },
    never: 'DEBUG: getnameinfo() returned -3 (Temporary failure in name resolution)',
  },
  {
    id: 'generic.unreachable',
    family: 'generic',
    kind: 'hint',
    phase: 'fetching',
    regex:
      /\b(?:Connection refused|Connection timed out|No route to host|Network is unreachable|Couldn't connect to server)\b/,
    meaning: 'a server could not be reached from the guest',
    remedy:
      'Check address and port in the install script, and that the server runs; inside user networking the host is 10.0.2.2.',
    mend: { settings: ['mirror/http/hostname', 'mirror/http/proxy', 'url', 'repo', 'apt', 'nfs'] },
    sample: { from: 'documented', text: "wget: can't connect to remote host (10.0.2.2): Connection refused" },
    never: 'Connection to 10.0.2.2 closed.',
  },
  {
    id: 'generic.http-status',
    family: 'generic',
    kind: 'hint',
    phase: 'fetching',
    regex: /\b(?:HTTP\/1\.[01] |HTTP error |returned error: ?)(?:4\d\d|5\d\d)\b|\b404 +Not Found\b/,
    meaning: 'a server answered that it does not have what the installer asked for',
    remedy: 'Check the address in the install script against what the server really holds.',
    mend: { settings: ['mirror/http/directory', 'mirror/suite', 'url', 'repo', 'apt'] },
    sample: { from: 'documented', text: 'wget: server returned error: HTTP/1.1 404 Not Found' },
    never: 'HTTP/1.1 200 OK',
  },
  {
    id: 'generic.no-such-package',
    family: 'generic',
    kind: 'hint',
    phase: 'installing packages',
    regex:
      /\bE: (?:Unable to locate package |Couldn't find any package by \w+ '|Package '(?=\S+' has no installation candidate))(?<word>[^\s']+)/,
    meaning: 'apt does not know a package',
    remedy: 'Correct its name, or add the archive that holds it.',
    mend: { settings: ['pkgsel/include', 'base-installer/includes', 'packages', 'preseed/late_command'] },
    sample: { from: 'documented', text: 'E: Unable to locate package no-such-package' },
    never: 'Get:1 http://deb.example.org trixie/main amd64 package amd64 1.0',
  },
  {
    id: 'generic.command-not-found',
    family: 'generic',
    kind: 'hint',
    phase: 'running scripts',
    // A shell names itself, or the file it reads: /tmp/ks-script-k4: line 3: (bash), /tmp/post: 3: (dash).
    regex:
      /^(?:\S*sh: (?:\S+: )?(?:line \d+: )?|\/\S+: (?:line )?\d+: )(?<word>\S+): (?:command )?not found$/,
    meaning: 'a script calls a program that is not there',
    remedy: 'Correct its name, or install the package that holds it first.',
    mend: {
      settings: [
        'preseed/late_command',
        'preseed/early_command',
        '%post',
        '%pre',
        'late-commands',
        'scripts',
      ],
    },
    sample: { from: 'documented', text: 'sh: line 3: systemctll: command not found' },
    never: 'file not found',
  },
  {
    id: 'generic.question',
    family: 'generic',
    kind: 'prompt',
    phase: 'any time',
    fallback: true,
    // Not a login: the guest is up, and what runs in it may take its time.
    regex: /^(?!\S+ login:$)[A-Z][^:?>]{2,70}(:|\?( \[[^\]]+\])?|\? \([yY](es)?[/|][nN]o?\))$/,
    meaning: 'it seems to ask a question',
    remedy: 'Answer it in the install script.',
    vague: true,
    sample: { from: 'documented', text: 'Choose your favourite colour:' },
    never: 'Setting up the colour: blue',
  },
];
