import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';

let cli: CompiledCli;
beforeAll(async () => {
  cli = await compileCli();
  await mkdir(join(cli.folder, 'tree/install.amd'), { recursive: true });
  for (const file of ['vmlinuz', 'initrd.gz'])
    await writeFile(join(cli.folder, 'tree/install.amd', file), 'a boot file\0');
});
afterAll(() => cli?.remove());

const LOGINS = [
  ...[
    '--var',
    'mirror=http://joe:hush@mirror.example/debian',
    '--var',
    'proxy=http://joe:hush@proxy.example:3128',
  ],
  ...['--extra-args', 'mirror/http/proxy=http://joe:hush@proxy.example:3128'],
];

test.each([[[]], [['--json']], [['--xml']]])(
  'a plan with %j shows addresses of mirrors and proxies without their logins',
  async (form) => {
    const ended = await cli.run(['plan', 'debian-12', '--location', 'tree', ...LOGINS, ...form]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('mirror/http/proxy=http://proxy.example:3128/');
    if (!form.includes('--xml')) expect(ended.stdout).toContain('http://mirror.example/debian');
    expect(ended.stdout + ended.stderr).not.toContain('hush');
  },
);

test("nor does a plan's diff of the script, or a disc of its XML", async () => {
  const media = 'https://joe:hush@mirror.example/rocky.iso?token=hush';
  const words = ['plan', 'rocky-9', '--cdrom', media, ...LOGINS.slice(0, 4)];
  for (const form of [[], ['--xml']]) {
    const ended = await cli.run([...words, ...form]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('https://mirror.example/rocky.iso');
    expect(ended.stdout + ended.stderr).not.toContain('hush');
  }
});

test.each(['joe:hush@proxy.example:3128', 'http://joe:hush@proxy.example:3128/a b', 'ftp://joe:hush@proxy'])(
  'a proxy that is refused is told without its login: %s',
  async (proxy) => {
    for (const command of [
      ['plan', 'debian-12', '--location', 'tree'],
      ['lint', 'debian-12'],
    ]) {
      const ended = await cli.run([...command, '--var', `proxy=${proxy}`]);
      expect(ended.code).toBe(2);
      expect(ended.stdout + ended.stderr).toMatch(
        /proxy: .*"[^"]*proxy[^"]*" is not an http or https address/,
      );
      expect(ended.stdout + ended.stderr).not.toContain('hush');
    }
  },
);
