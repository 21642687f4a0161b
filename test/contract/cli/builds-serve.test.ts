import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuildSandbox, buildSandbox } from '../../support/build-sandbox.ts';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';
import { startKiln } from '../../support/started-kiln.ts';

let cli: CompiledCli;
let sandbox: BuildSandbox;

beforeAll(async () => {
  cli = await compileCli();
  sandbox = buildSandbox();
});
afterAll(async () => {
  sandbox.remove();
  await cli.remove();
});

it('kiln builds serve: a page for whoever has the address, until it is interrupted', async () => {
  const serving = startKiln(cli.main, sandbox, ['builds', 'serve', '--json', '--no-open']);
  await serving.reached(/"type":"serving"/);
  const { url } = JSON.parse(serving.stdout()) as { url: string };
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect((await fetch(new URL('/', url))).status).toBe(401);
  serving.child.kill('SIGINT');
  expect(await serving.ended()).toBe(0);
});

it('a port that is taken, or is none, is one clear error', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const taken = startKiln(cli.main, sandbox, ['builds', 'serve', '--port', String(port)]);
  expect(await taken.ended()).toBe(3);
  expect(taken.output()).toMatch(
    /^error \[host\.cannot-listen\]: [^\n]*another program has this port[^\n]*\n$/,
  );
  const none = startKiln(cli.main, sandbox, ['builds', 'serve', '--port', '99999']);
  expect(await none.ended()).toBe(2);
  expect(none.output()).toContain('[options.invalid]');
  other.close();
});
