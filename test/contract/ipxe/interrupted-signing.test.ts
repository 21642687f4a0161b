import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { signFiles } from '../../../src/ipxe/menu/sign-menus.ts';
import { verifySignature } from '../../../src/ipxe/menu/verify-signature.ts';
import { makeSigner } from '../../support/signing-keys.ts';

/** An openssl that Ctrl-C ends, as a terminal does with everything in the foreground. */
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-signing-'));
  await makeSigner(folder, 'some');
  writeFileSync(join(folder, 'openssl'), '#!/bin/sh\nkill -INT $$\n', { mode: 0o755 });
  for (const name of ['menu.ipxe', 'menu.ipxe.sig']) writeFileSync(join(folder, name), 'x');
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('an interrupted verification calls no file tampered, an interrupted signing no key wrong', async () => {
  const pem = join(folder, 'some.pem');
  await expect(verifySignature(folder, 'menu.ipxe', pem)).rejects.toMatchObject({ code: 'cancelled' });
  const key = { key: pem, certificate: pem };
  await expect(signFiles(folder, ['menu.ipxe'], key)).rejects.toMatchObject({ code: 'cancelled' });
});
