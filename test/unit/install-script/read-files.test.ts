import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScript } from '../../../src/install-script/read-script.ts';
import { readSecret } from '../../../src/install-script/read-secret.ts';

let folder: string;
const socket = createServer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-read-'));
  await writeFile(join(folder, 'huge'), '');
  await truncate(join(folder, 'huge'), 2 ** 24 + 1);
  await new Promise<void>((done) => socket.listen(join(folder, 'socket'), done));
});
afterAll(async () => {
  await new Promise((done) => socket.close(done));
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => (name.startsWith('/') ? name : join(folder, name));

describe.each(['/dev/zero', '.', 'socket', 'huge'])('%s', (name) => {
  it('is no install script', async () => {
    await expect(readScript(at(name))).rejects.toMatchObject({ code: 'script.unreadable' });
  });
  it('is no secret', async () => {
    await expect(readSecret({ file: at(name) }, {})).rejects.toMatchObject({ code: 'secret.unreadable' });
  });
});

describe('CRLF', () => {
  it.each(['<profile>\r\n</profile>\r\n', '#cloud-config\r\nautoinstall:\r\n  version: 1\r\n'])(
    'ends a line where the reader of XML or YAML takes it so: %j',
    async (text) => {
      await writeFile(at('crlf'), text);
      await expect(readScript(at('crlf'))).resolves.toBe(text.replaceAll('\r', ''));
    },
  );

  it('is refused elsewhere', async () => {
    await writeFile(at('crlf'), 'lang en_US.UTF-8\r\nkeyboard us\r\n');
    await expect(readScript(at('crlf'))).rejects.toMatchObject({ code: 'script.encoding' });
  });
});

describe('readSecret', () => {
  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x70, 0xff])],
    ['a control character', 'a\u0007b'],
    ['C1 control characters', 'a\u009bb'],
    ['two lines', 'a\nb\n'],
  ])('refuses %s', async (_what, content) => {
    await writeFile(at('pw'), content);
    await expect(readSecret({ file: at('pw') }, {})).rejects.toMatchObject({ code: 'secret.invalid' });
  });
});
