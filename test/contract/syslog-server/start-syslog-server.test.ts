import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { senderUid } from '../../../src/syslog-server/sender-uid.ts';
import { type SyslogServer, startSyslogServer } from '../../../src/syslog-server/start-syslog-server.ts';
import { runProgram } from '../../support/compiled-cli.ts';

/** util-linux's `logger` sends as any program does. */

let server: SyslogServer;
const texts: string[] = [];
afterEach(async () => {
  await server.close();
  texts.length = 0;
});

async function start(uid?: number): Promise<void> {
  server = await startSyslogServer({
    ...(uid === undefined ? {} : { uid }),
    onMessage: ({ severity, text }) => texts.push(`${severity} ${text}`),
  });
}

async function logger(...words: readonly string[]): Promise<void> {
  const where = ['--server', '127.0.0.1', '--port', String(server.port), '--rfc3164'];
  const { code, stderr } = await runProgram('logger', [...where, ...words]);
  expect(code, stderr).toBe(0);
}

const me = process.getuid?.() ?? 0;

describe('the receiver of installer logs', () => {
  it.each(['--udp', '--tcp'])('takes what logger sends by %s', async (protocol) => {
    await start();
    await logger(protocol, '--priority', 'daemon.err', '--tag', 'anna', '--', 'no such udeb: ä');
    await vi.waitFor(() => expect(texts).toHaveLength(1));
    expect(texts[0]).toMatch(/^err (\S+ )?anna: no such udeb: ä$/);
  });

  it('takes lines of a stream however they are cut, and the last one without an end', async () => {
    await start(me);
    const stream = connect(server.port, '127.0.0.1');
    await once(stream, 'connect');
    for (const piece of ['<30>Nov 21 10:00:01 box ana', 'conda: one\n<30>two\n<3', '0>three']) {
      stream.write(piece);
      await new Promise((settle) => setImmediate(settle));
    }
    stream.end();
    await vi.waitFor(() => expect(texts).toHaveLength(3));
    expect(texts).toEqual(['info box anaconda: one', 'info two', 'info three']);
  });

  it('takes datagrams in their order from its own user alone', async () => {
    await start(me);
    const refused: string[] = [];
    const other = await startSyslogServer({ uid: me + 1, onMessage: ({ text }) => refused.push(text) });
    const socket = createSocket('udp4');
    const send = (text: string, port: number): Promise<unknown> =>
      new Promise((settle) => socket.send(`<30>${text}`, port, '127.0.0.1', settle));
    await send('foreign', other.port);
    for (let number = 0; number < 50; number += 1) await send(`number ${number}`, server.port);
    await vi.waitFor(() => expect(texts).toHaveLength(50));
    await other.close();
    socket.close();
    expect(texts).toEqual(Array.from({ length: 50 }, (_, number) => `info number ${number}`));
    expect(refused).toEqual([]);
  });

  it('ends a stream of another user, and one without lines', async () => {
    await start(me + 1);
    const foreign = connect(server.port, '127.0.0.1');
    await once(foreign.resume(), 'close');
    await server.close();
    await start(me);
    const endless = connect(server.port, '127.0.0.1');
    endless.on('error', () => undefined);
    endless.write('x'.repeat(70_000));
    await once(endless.resume(), 'close');
    expect(texts).toEqual([]);
  });

  it('says which port it cannot have', async () => {
    await start();
    await expect(startSyslogServer({ onMessage: () => undefined, port: server.port })).rejects.toMatchObject({
      code: 'host.cannot-listen',
      details: { port: server.port },
    });
  });

  it('knows whose a socket is', async () => {
    await start();
    expect(await senderUid('udp', server.port)).toBe(me);
    expect(await senderUid('tcp', server.port)).toBe(me);
    const { port } = server;
    await server.close();
    expect(await senderUid('udp', port)).toBeUndefined();
  });
});
