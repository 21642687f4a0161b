import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuildSandbox, buildSandbox, PROJECT_DIR } from '../../support/build-sandbox.ts';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';
import { type StartedKiln, startKiln } from '../../support/started-kiln.ts';

let cli: CompiledCli;
let sandbox: BuildSandbox;
let silent: Server;

beforeAll(async () => {
  cli = await compileCli();
  sandbox = buildSandbox();
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  silent.close();
  sandbox.remove();
  await cli.remove();
});

const IN_TERMINAL = ['/usr/bin/python3', join(PROJECT_DIR, 'test/support/closed-terminal.py')];

/** With one of its streams elsewhere, as a shell would put it. */
const inTerminal = (args: readonly string[], redirection = ''): StartedKiln =>
  startKiln(cli.main, sandbox, args, (command) => [
    ...IN_TERMINAL,
    '/bin/sh',
    '-c',
    `exec "$@" ${redirection}`,
    'sh',
    ...command,
  ]);

it.each(['', '2> errors', '> output', '< /dev/null'])(
  'a command whose terminal is closed ends as one that is interrupted does: %s',
  async (redirection) => {
    const connected = once(silent, 'connection');
    const { port } = silent.address() as AddressInfo;
    const fetching = inTerminal(['media', 'fetch', `http://127.0.0.1:${port}/x.iso`], redirection);
    await connected;
    fetching.child.stdin?.end();
    expect(await fetching.ended()).toBe(130);
  },
);

it('the page ends with its terminal', async () => {
  const serving = inTerminal(['builds', 'serve', '--no-open']);
  await serving.reached(/Ctrl-C ends the page/);
  serving.child.stdin?.end();
  expect(await serving.ended()).toBe(0);
});
