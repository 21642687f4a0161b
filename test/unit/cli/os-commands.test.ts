import { expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { recordingIo } from './recording-io.ts';

async function kiln(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = recordingIo();
  const code = await runCli(args, io);
  return { code, stdout: io.stdout(), stderr: io.stderr() };
}

it('lists those that every word is found in', async () => {
  const { stdout } = await kiln('os', 'list', 'Kickstart', 'v3');
  const ids = stdout.split('\n').map((line) => line.split(' ')[0]);
  expect(ids).toContain('rhel10');
  expect(ids).not.toContain('rhel9');
  expect((await kiln('os', 'list', 'nosuch')).stdout).toContain('No system');
});

it('names an installer once that reads two kinds of script', async () => {
  const lines = (await kiln('os', 'list', 'preseed')).stdout.split('\n');
  const [, , installer, scripts] = lines.find((line) => line.startsWith('debian13'))?.split(/ {2,}/) ?? [];
  expect([installer, scripts]).toEqual(['debian-installer', 'preseed, kickstart']);
});

it('lists as JSON, without rows that stand for others', async () => {
  const list = JSON.parse((await kiln('os', 'list', '--json')).stdout) as { id: string }[];
  expect(list.length).toBeGreaterThan(25);
  expect(list.map(({ id }) => id)).not.toContain('fedora');
});

it('shows one by an alias', async () => {
  expect((await kiln('os', 'show', 'jammy')).stdout).toContain('casper/vmlinuz with casper/initrd');
  expect(JSON.parse((await kiln('os', 'show', 'rocky9.3', '--json')).stdout)).toMatchObject({ id: 'rocky9' });
});

it('names the nearest of an unknown word', async () => {
  const { code, stderr } = await kiln('os', 'show', 'fedroa43');
  expect(code).toBe(2);
  expect(stderr).toContain('[os.unknown]');
  expect(stderr).toContain('"fedora43"');
});
