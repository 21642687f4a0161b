import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';
import { serving, startWebServer, type WebServer } from '../media/web-server.ts';

const FILE = Buffer.alloc(3000, 'kiln');
const sha256 = createHash('sha256').update(FILE).digest('hex');

let cli: CompiledCli;
let server: WebServer;
beforeAll(async () => {
  [cli, server] = await Promise.all([
    compileCli(),
    startWebServer(
      serving(
        new Map([
          ['/x.iso', FILE],
          ['/SUMS', Buffer.from(`${sha256}  x.iso\n`)],
        ]),
      ),
    ),
  ]);
});
afterAll(async () => {
  await server?.close();
  await cli?.remove();
});

test('fetch, ls, verify and prune work on one cache', async () => {
  const url = `${server.url}/x.iso`;
  const fetched = await cli.run(['media', 'fetch', url, '--checksums', `${server.url}/SUMS`, '--json']);
  expect(fetched.code, fetched.stderr).toBe(0);
  const { path, ...told } = JSON.parse(fetched.stdout) as { path: string };
  expect(told).toMatchObject({ sha256, sizeBytes: 3000, fromCache: false });
  expect((await cli.run(['media', 'fetch', url, '--offline'])).stdout).toBe(`${path}\n`);
  expect((await cli.run(['media', 'cache', 'ls'])).stdout).toContain(`url ${url}`);
  expect((await cli.run(['media', 'cache', 'verify'])).stdout).toContain('all as they should be');
  await writeFile(path, 'spoilt');
  const verified = await cli.run(['media', 'cache', 'verify']);
  expect(verified).toMatchObject({ code: 4, stdout: expect.stringContaining('damaged and removed') });
  expect((await cli.run(['media', 'fetch', url])).code).toBe(0);
  expect((await cli.run(['media', 'cache', 'prune', '--max-size', '0'])).stdout).toContain(
    '1 item of 2.9 KiB removed',
  );
  expect((await cli.run(['media', 'cache', 'ls'])).stdout).toBe('The cache is empty.\n');
});

test.each([
  [['media', 'fetch', 'URL/none.iso'], 4, 'media.not-found'],
  [['media', 'fetch', 'URL/x.iso', '--checksum', 'abc'], 2, 'options.invalid'],
  [['media', 'fetch', 'URL/x.iso', '--checksum', '0'.repeat(64)], 4, 'media.checksum'],
  [['media', 'fetch', 'URL/x.iso', '--keyring', 'k.gpg'], 2, 'options.invalid'],
  [['media', 'fetch', './x.iso'], 4, 'media.unsupported'],
  [['media', 'inspect', 'URL/x.iso'], 4, 'media.not-iso'],
  [['media', 'inspect', 'none.iso'], 4, 'media.not-found'],
])('%j ends with %i and %s', async (args, code, error) => {
  const ended = await cli.run(args.map((word) => word.replace('URL', server.url)));
  expect(ended.stderr).toContain(`[${error}]`);
  expect(ended.code).toBe(code);
});

test('inspect says what an ISO is', async () => {
  const ended = await cli.run(['media', 'inspect', '/usr/lib/ipxe/ipxe.iso', '--json']);
  expect(JSON.parse(ended.stdout)).toMatchObject({ isIpxe: true, boots: { bios: true, uefi: true } });
  const missing = await cli.run(['media', 'inspect', join(cli.folder, 'package.json')]);
  expect(missing.stderr).toContain('[media.not-iso]');
});
