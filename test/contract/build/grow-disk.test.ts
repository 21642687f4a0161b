import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCli, compileCli, runProgram } from '../../support/compiled-cli.ts';

const MIB = 2 ** 20;

let cli: CompiledCli;
let disk: string;
beforeAll(async () => {
  cli = await compileCli();
  disk = join(await mkdtemp(join(tmpdir(), 'kiln-grow-disk-')), 'disk.raw');
});
afterAll(async () => {
  await cli?.remove();
  await rm(dirname(disk), { recursive: true, force: true });
});

test('a plan refuses such a disk, and leaves nothing', async () => {
  const folder = join(dirname(disk), 'planned');
  const script = 'ulimit -f 65536; exec "$0" "$@"';
  const env = { PATH: process.env.PATH ?? '', HOME: dirname(disk) };
  const plan = (size: string) => {
    const words = [
      'plan',
      'kiln-test',
      '--cdrom',
      'http://mirror.example/x.iso',
      '--output',
      folder,
      '--disk',
      `size=${size}`,
    ];
    return runProgram('bash', ['-c', script, process.execPath, cli.main, ...words], { env });
  };
  const refused = await plan('1GiB');
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(
    /host\.no-space.*planned.* is to have 1\.0 GiB, and a file may have 64MiB at most/,
  );
  await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});

/** With files limited to 64 MiB, as file systems limit them to more; prints what is thrown. */
async function growLimited(sizeBytes: number): Promise<unknown> {
  const program =
    'const { growDisk } = await import(process.argv[1]);' +
    'const thrown = await growDisk(process.argv[2], Number(process.argv[3])).catch((error) => error);' +
    'console.log(JSON.stringify({ ...thrown, text: thrown?.message }));';
  const module = join(dirname(cli.main), '..', 'build', 'grow-disk.js');
  const script = 'ulimit -f 65536; exec "$0" --input-type=module -e "$@"';
  const words = [process.execPath, program, module, disk, String(sizeBytes)];
  const { stdout } = await runProgram('bash', ['-c', script, ...words]);
  return JSON.parse(stdout);
}

test('a disk larger than a file may be is told with its size and the largest', async () => {
  await writeFile(disk, 'content');
  expect(await growLimited(17 * 2 ** 40)).toEqual({
    code: 'host.no-space',
    exitCode: 3,
    name: 'HostError',
    details: { path: disk, wanted: 17 * 2 ** 40, most: 64 * MIB },
    text: expect.stringMatching(
      `^The disk ${disk} is to have 17.0 TiB, and a file may have 64MiB at most .*ulimit -f.*--disk size=.*--output`,
    ),
  });
  expect((await stat(disk)).size).toBe('content'.length);
  expect(await growLimited(64 * MIB)).toEqual({});
  expect((await stat(disk)).size).toBe(64 * MIB);
});
