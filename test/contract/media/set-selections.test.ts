import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SET_SELECTIONS } from '../../../src/media/debian-offline/set-selections.ts';
import { CommandError, runCommand } from '../../../src/process/run-command.ts';

/** The installer's shell and an ordinary one. */
const SHELLS: readonly (readonly string[])[] = [['busybox', 'sh'], ['dash']];

/** Stands for debconf's confmodule: each call becomes a line; a question named unknown/… does not exist at first. */
const CONFMODULE = `
call() { printf '<%s>' "$@" >> CALLS; echo >> CALLS; }
db_set() { call set "$@"; case "$1" in unknown/*) [ "$known" ] || return 10;; esac; }
db_fset() { call fset "$@"; }
db_register() { call register "$@"; known=1; }
db_subst() { call subst "$@"; }
log() { call log; }
logfile=LOGGED
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-selections-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(
  preseed: string,
  [shell, ...args]: readonly string[],
  options: string[] = [],
): Promise<string[]> {
  const script = SET_SELECTIONS.replace('. /usr/share/debconf/confmodule', '. ./confmodule').replace(
    '. /lib/preseed/preseed.sh',
    '',
  );
  await writeFile(join(folder, 'script'), script);
  await writeFile(join(folder, 'confmodule'), CONFMODULE);
  await writeFile(join(folder, 'preseed'), preseed);
  await writeFile(join(folder, 'CALLS'), '');
  await runCommand(shell ?? 'sh', [...args, './script', ...options, 'preseed'], { cwd: folder, input: '' });
  return (await readFile(join(folder, 'CALLS'), 'utf8')).split('\n').filter((line) => line !== '');
}

describe.each(SHELLS.map((shell) => ({ shell })))('debconf-set-selections in $shell', ({ shell }) => {
  it('sets answers, marks them as seen and notes them for the installed system', async () => {
    const calls = await load('d-i a/b string  some  value \nd-i c/d boolean true\n', shell);
    expect(calls).toEqual([
      '<set><a/b><some  value >',
      '<fset><a/b><seen><true>',
      '<set><c/d><true>',
      '<fset><c/d><seen><true>',
    ]);
    expect(await readFile(join(folder, 'LOGGED'), 'utf8')).toBe(
      'd-i a/b string  some  value \nd-i c/d boolean true\n',
    );
  });

  it('leaves them unseen when told to', async () => {
    expect(await load('d-i a/b string x\n', shell, ['--unseen'])).toEqual(['<set><a/b><x>']);
  });

  it('skips comments and empty lines, indents, line ends of DOS, and reads a last line without an end', async () => {
    const calls = await load('# c\n\n   \n\td-i\ta/b\tstring\tx\r\nd-i c/d select y', shell);
    expect(calls.filter((call) => call.startsWith('<set>'))).toEqual(['<set><a/b><x>', '<set><c/d><y>']);
  });

  it('joins continued lines with one blank each', async () => {
    const [first] = await load(
      'd-i a/b string one; \\\n   two; \\\n# comment\n\tthree\nd-i c/d string x\n',
      shell,
    );
    expect(first).toBe('<set><a/b><one; two; three>');
  });

  it('leaves quotes, dollars, stars and backslashes alone', async () => {
    const value = `sh -c 'echo "$HOME" \\t * > /dev/null' $6$abc/.def`;
    const [first] = await load(`d-i a/b string ${value}\n`, shell);
    expect(first).toBe(`<set><a/b><${value}>`);
  });

  it('takes an empty value with and without a separator', async () => {
    const calls = await load('d-i a/b string\nd-i c/d string \n', shell);
    expect(calls.filter((call) => call.startsWith('<set>'))).toEqual(['<set><a/b><>', '<set><c/d><>']);
  });

  it('creates a question that does not exist', async () => {
    expect(await load('d-i unknown/x string y\n', shell)).toEqual([
      '<set><unknown/x><y>',
      '<register><debian-installer/dummy><unknown/x>',
      '<set><unknown/x><y>',
      '<subst><unknown/x><ID><unknown/x>',
      '<fset><unknown/x><seen><true>',
    ]);
  });

  it('sets the seen flag', async () => {
    expect(await load('d-i a/b seen false\n', shell)).toEqual(['<fset><a/b><seen><false>']);
  });

  it.each(['word\n', 'd-i a/b\n'])('fails at the line %j', async (line) => {
    await expect(load(line, shell)).rejects.toBeInstanceOf(CommandError);
    expect(await readFile(join(folder, 'LOGGED'), 'utf8')).toContain('Syntax error');
  });
});
