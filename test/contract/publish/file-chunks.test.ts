import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileChunks } from '../../../src/publish/glance/file-chunks.ts';
import { httpClient } from '../../../src/publish/openstack/http-client.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** Many pieces and a last one that is not full; no two alike, so that a buffer that is written to too early shows. */
const CONTENT = randomBytes(12 * 2 ** 20 + 777);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-chunks-'));
  path = join(folder, 'image.raw');
  writeFileSync(path, CONTENT);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function certificate(): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = ['-keyout', key, '-out', cert, '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

it.each(['http', 'https'])('what a slow server gets by %s is the file, byte for byte', async (scheme) => {
  const tls = scheme === 'https' ? certificate() : undefined;
  const got: Buffer[] = [];
  const server = (tls === undefined ? createServer() : createTlsServer(tls)).on(
    'request',
    async (request, response) => {
      got.push(await bodyOf(request, 1));
      reply(response, 204);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const client = httpClient({ verify: true, ...(tls === undefined ? {} : { ca: tls.cert }) });
  try {
    const url = `${scheme}://localhost:${(server.address() as AddressInfo).port}/`; // it listens on TCP
    const headers = { 'content-length': String(CONTENT.length) };
    // Twice over one connection: as after a try that was refused.
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await client.send({ method: 'PUT', url, headers, body: fileChunks(path) })).status).toBe(204);
    }
  } finally {
    await client.close();
    server.close();
  }
  expect(got.map((body) => body.equals(CONTENT))).toEqual([true, true]);
});

it('holds two buffers, however long the file is', async () => {
  const buffers = new Set<ArrayBufferLike>();
  let length = 0;
  for await (const chunk of fileChunks(path)) {
    expect(Buffer.compare(chunk, CONTENT.subarray(length, length + chunk.length))).toBe(0);
    buffers.add(chunk.buffer);
    length += chunk.length;
  }
  expect(length).toBe(CONTENT.length);
  expect(buffers.size).toBe(2);
});

it('lets the file go when nobody wants the rest', async () => {
  // Others come and go meanwhile.
  const leadsTo = (fd: string): string => readlinkSync(`/proc/self/fd/${fd}`, 'utf8');
  const isOpen = (): boolean =>
    readdirSync('/proc/self/fd').some((fd) => {
      try {
        return leadsTo(fd) === path;
      } catch {
        return false;
      }
    });
  for await (const _chunk of fileChunks(path)) {
    expect(isOpen()).toBe(true);
    break;
  }
  expect(isOpen()).toBe(false);
  await expect(fileChunks(join(folder, 'none')).next()).rejects.toMatchObject({ code: 'ENOENT' });
});
