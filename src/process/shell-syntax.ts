import { spawnSync } from 'node:child_process';

/** `line`: 1 for the first. */
export type ShellMistake = { readonly line: number; readonly said: string };

/** dash: `sh: 3: Syntax error: …`; bash: `sh: line 3: syntax error …`, `… unexpected EOF …`; busybox: `sh: syntax error: …`. */
const SAID = /^\S+: (?:(?:line )?(\d+): )?(?:syntax error:? (?=.)|(?=unexpected EOF ))(.+)$/im;
const LONGEST_MS = 5000;

/** bash names lines of files alone, and Node's standard input is a socket, which cannot be opened as one. */
const READ_BY = { sh: ['-n'], bash: ['-c', 'cat | bash -n /dev/stdin'] } as const;

/**
 * What this host's shell cannot read in a script, as `sh -n` tells: nothing of the script is run. Undefined when it can read it, and when
 * there is no word from a shell: it may not be installed.
 */
export function shellMistake(script: string, shell: 'sh' | 'bash' = 'sh'): ShellMistake | undefined {
  // Its words are read, so they are wanted in English; nothing of the user's environment may be sourced.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const { stderr } = spawnSync('sh', READ_BY[shell], {
    input: script,
    env,
    timeout: LONGEST_MS,
    encoding: 'utf8',
  });
  const [, line = '1', said] = SAID.exec(stderr ?? '') ?? [];
  return said === undefined ? undefined : { line: Number(line), said };
}
