import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ReceivedSyslog, receiveSyslog } from '../../../src/build/receive-syslog.ts';
import { systemClock } from '../../../src/foundation/clock.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { reportText } from '../../../src/watch/installer-report.ts';

let folder: string;
let sender: Socket;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-syslog-'));
  sender = createSocket('udp4');
});
afterEach(() => {
  sender.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'syslog.log');
const lines = (): readonly string[] => readFileSync(path(), 'utf8').split('\n').slice(0, -1);
const receive = (port?: number): Promise<ReceivedSyslog> =>
  receiveSyslog({
    path: path(),
    uid: process.getuid?.() ?? 0,
    ...(port === undefined ? {} : { port }),
    clock: systemClock,
    logger: silentLogger,
  });
const send = (text: string, port: number): Promise<unknown> =>
  new Promise((settle) => sender.send(text, port, '127.0.0.1', settle));

it('keeps what the installer sends with the time at which it came, as the watcher reads it', async () => {
  const first = await receive();
  await send("<30>Nov 21 10:00:00 main-menu[338]: INFO: Menu item 'netcfg' selected", first.port);
  await vi.waitFor(() => expect(lines()).toHaveLength(1));
  await first.close();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  // A Kiln that goes on with the build listens where the guest sends.
  const second = await receive(first.port);
  await send('<27>in-target: \u001b[31mE: Unable to locate package x\nsecond: line', first.port);
  await vi.waitFor(() => expect(lines()).toHaveLength(3));
  await second.close();
  expect(lines()[0]).toMatch(
    /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info main-menu\[338\]: INFO: Menu item/,
  );
  const since = Date.now() - Date.parse(lines()[0]?.split(' ')[0] ?? '');
  expect(since).toBeGreaterThanOrEqual(0);
  expect(since).toBeLessThan(60_000);
  expect(lines().map(reportText)).toEqual([
    "INFO: Menu item 'netcfg' selected",
    '[31mE: Unable to locate package x',
    'line',
  ]);
});
