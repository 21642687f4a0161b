import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { memoryContent } from '../../../src/http-server/served-content.ts';
import { type HttpServer, startHttpServer } from '../../../src/http-server/start-http-server.ts';
import { findMissing } from '../../../src/media/apt-mirror/find-missing.ts';

const PATHS = Array.from({ length: 40 }, (_, index) => `pool/${index}.udeb`);

let server: HttpServer;
const warnings: Error[] = [];
const note = (warning: Error): number => warnings.push(warning);

beforeEach(async () => {
  const files = new Map(PATHS.filter((path) => path !== 'pool/33.udeb').map((path) => [path, 'x']));
  server = await startHttpServer({ content: memoryContent(files) });
  process.on('warning', note);
});
afterEach(async () => {
  process.off('warning', note);
  await server.close();
});

it('names the file that a mirror lacks, and asks for many without a warning about the signal', async () => {
  const { signal } = new AbortController();
  const missing = await findMissing(server.url, PATHS, { logger: silentLogger, signal });
  expect(missing).toEqual({ path: 'pool/33.udeb', status: 404 });
  await setImmediate();
  expect(warnings).toEqual([]);
});
