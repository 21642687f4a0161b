import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARKER_WORD } from '../../../src/foundation/completion-marker.ts';
import {
  answerAt,
  commandTexts,
  parseAutoinstall,
} from '../../../src/install-script/autoinstall-document.ts';
import { hashPassword } from '../../../src/install-script/hash-password.ts';
import { RULES_OF } from '../../../src/install-script/lint/all-rules.ts';
import { markerCommand } from '../../../src/install-script/marker.ts';
import { readSecret, secretNote } from '../../../src/install-script/read-secret.ts';
import { CommandError, runCommand } from '../../../src/process/run-command.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-marker-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The command with the places of a guest moved into a folder; a file stands for the serial port. */
function moved(serial: string): string {
  return markerCommand({ kind: 'preseed', token: 'tok-1' })
    .replaceAll('/target', root)
    .replaceAll('-c /dev/ttyS0', `-e ${serial}`)
    .replaceAll('/dev/ttyS0', serial);
}

it("the serial console put into autoinstall keeps the kernel's other arguments", async () => {
  const text = '#cloud-config\nautoinstall:\n  version: 1\n';
  const rule = RULES_OF.autoinstall.find(({ id }) => id === 'autoinstall.no-serial-console');
  const mended = rule?.mend?.({ kind: 'autoinstall', text, document: parseAutoinstall(text) }, {}) ?? '';
  const [command = ''] = commandTexts(answerAt(parseAutoinstall(mended), 'late-commands'));
  const here = command.replaceAll('/target', root).replace('curtin in-target --', 'true');
  const read = `GRUB_CMDLINE_LINUX="net.ifnames=0"; . ${root}/etc/default/grub.d/*.cfg; echo "$GRUB_CMDLINE_LINUX"`;
  const { stdout } = await runCommand('dash', ['-e', '-c', `${here}; ${read}`], { timeoutMs: 20_000 });
  expect(stdout.trim()).toBe('net.ifnames=0 console=tty0 console=ttyS0,115200n8');
});

describe.each([
  ['dash', ['-e', '-c']],
  ['busybox', ['sh', '-e', '-c']],
] as const)('the marker in %s', (shell, args) => {
  const run = (script: string) => runCommand(shell, [...args, script], { timeoutMs: 20_000 });

  it('writes the token and prints the line', async () => {
    const serial = join(root, 'serial');
    await writeFile(serial, 'Installing 10%');
    await run(moved(serial).replace(`> ${serial}`, `>> ${serial}`));
    expect(await readFile(join(root, 'var/lib/kiln/installed'), 'utf8')).toBe('tok-1\n');
    expect(await readFile(serial, 'utf8')).toBe(`Installing 10%\n${MARKER_WORD} tok-1\n`);
  });

  it.each(['/nonexistent/tty', tmpdir()])('succeeds when the serial port is %s', async (serial) => {
    await run(`( echo user ) && ${moved(serial)}`);
    expect(await readFile(join(root, 'var/lib/kiln/installed'), 'utf8')).toBe('tok-1\n');
  });

  it('is reached over an exit 0, and not after a failure', async () => {
    await run(`( true; exit 0 ) && ${moved('/nonexistent/tty')}`);
    expect(await readFile(join(root, 'var/lib/kiln/installed'), 'utf8')).toBe('tok-1\n');
    await rm(join(root, 'var'), { recursive: true });
    await expect(run(`( true; false ) && ${moved('/nonexistent/tty')}`)).rejects.toBeInstanceOf(CommandError);
    await expect(readFile(join(root, 'var/lib/kiln/installed'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('hashPassword', () => {
  it('makes a SHA-512 crypt of any one-line password', async () => {
    const hash = await hashPassword(`p$ä'"\\ w`, 'sha512');
    expect(hash).toMatch(/^\$6\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{86}$/);
    const salt = hash.split('$')[2] ?? '';
    const again = await runCommand('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], {
      input: `p$ä'"\\ w\n`,
    });
    expect(again.stdout.trim()).toBe(hash);
  });

  it('makes yescrypt where the system takes it, with a new salt each time', async () => {
    const password = `p$ä'"\\ w`;
    const [hash, other] = await Promise.all([
      hashPassword(password, 'yescrypt'),
      hashPassword(password, 'yescrypt'),
    ]);
    expect(hash).toMatch(/^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{43}$/);
    expect(other).not.toBe(hash);
    // What the guest's login does with it.
    const program = 'my $p = <STDIN>; print crypt($p, $ARGV[0])';
    const again = await runCommand('perl', ['-e', program, hash], { input: password });
    expect(again.stdout).toBe(hash);
    const wrong = await runCommand('perl', ['-e', program, hash], { input: `${password}x` });
    expect(wrong.stdout).not.toBe(hash);
  });

  it.each(['', 'two\nlines'])('refuses %j', async (password) => {
    await expect(hashPassword(password, 'yescrypt')).rejects.toMatchObject({ code: 'secret.invalid' });
  });
});

describe('readSecret', () => {
  it('reads a file without its last line break, or a variable', async () => {
    const path = join(root, 'pw');
    await writeFile(path, ' secret \n');
    expect(await readSecret({ file: path }, {})).toBe(' secret ');
    expect(await readSecret({ env: 'PW' }, { PW: 'x' })).toBe('x');
  });

  it('does not wait at a pipe', async () => {
    const path = join(root, 'pipe');
    await runCommand('mkfifo', [path]);
    await expect(readSecret({ file: path }, {})).rejects.toMatchObject({ code: 'secret.unreadable' });
  });

  it('is noted when others can read it', async () => {
    const path = join(root, 'pw');
    await writeFile(path, 'secret', { mode: 0o644 });
    expect(await secretNote({ file: path })).toContain('0644');
    await chmod(path, 0o600);
    expect(await secretNote({ file: path })).toBeUndefined();
    expect(await secretNote({ env: 'PW' })).toBeUndefined();
  });

  it.each([
    ['secret.not-found', { file: '/nonexistent/pw' }],
    ['secret.not-found', { env: 'NOT_SET' }],
    ['secret.empty', { env: 'EMPTY' }],
  ] as const)('refuses with %s', async (code, ref) => {
    await expect(readSecret(ref, { EMPTY: '' })).rejects.toMatchObject({ code });
  });
});
