import { expect, test } from 'vitest';
import { lastingConnection } from '../../../src/libvirt/lasting-connection.ts';
import type { DomainEvent, LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LIBVIRT_ERRORS, LibvirtError, libvirtLost } from '../../../src/libvirt/libvirt-error.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';
import { handClock, settle } from '../watch/support.ts';

const UUID = '11111111-2222-4333-8444-555555555555';
const XML = `<domain type='kvm'><name>kiln-x</name><uuid>${UUID}</uuid></domain>`;

const refused = new LibvirtError('virConnectOpen', {
  code: LIBVIRT_ERRORS.internal,
  domain: 7,
  message: 'Connection refused',
});

/** A libvirt whose connection can break; `later` answers who connects again. */
function scene(later: readonly (FakeLibvirt | Error)[], mayComeBack = true) {
  let isBroken = false;
  const failure = (): Error | undefined =>
    isBroken ? libvirtLost('fake:///default', 'Cannot read data: broken pipe') : undefined;
  const first = new FakeLibvirt({ failure });
  const answers = [...later];
  const attempts: number[] = [];
  const clock = handClock();
  const until = new AbortController();
  const connect = async (): Promise<LibvirtConnection> => {
    attempts.push(clock.monotonic());
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof FakeLibvirt) return answer;
    throw answer;
  };
  const connection = lastingConnection(first, { connect, mayComeBack, until: until.signal, clock });
  const breakIt = (): void => {
    isBroken = true;
    first.emit(UUID, { kind: 'connection-closed', reason: 'end-of-file' });
  };
  return { first, connection, attempts, clock, until, breakIt };
}

async function started(libvirt: FakeLibvirt): Promise<FakeLibvirt> {
  await libvirt.createXml(XML);
  return libvirt;
}

function collect(events: AsyncIterable<DomainEvent>): DomainEvent[] {
  const seen: DomainEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const event of events) seen.push(event);
  };
  void read();
  return seen;
}

test('a call over a broken connection is made again over a new one', async () => {
  const second = await started(new FakeLibvirt());
  const { connection, attempts, breakIt } = scene([second]);
  breakIt();
  const both = [connection.getState(UUID), connection.lookupByName('kiln-x')];
  expect(await Promise.all(both)).toMatchObject([{ state: 'running' }, { uuid: UUID }]);
  expect(await connection.storage.listPools()).toEqual(await second.storage.listPools());
  expect(attempts).toHaveLength(1);
});

test('a subscription goes on over the new connection, and its reader sees no break', async () => {
  const second = await started(new FakeLibvirt());
  const { first, connection, breakIt } = scene([second]);
  await started(first);
  const events = await connection.subscribe(UUID);
  const seen = collect(events);
  first.emit(UUID, { kind: 'reboot' });
  breakIt();
  await settle();
  second.powerOff(UUID);
  await settle();
  expect(seen.map(({ kind }) => kind)).toEqual(['reboot', 'monitor-shutdown', 'lifecycle', 'lifecycle']);
  events.close();
  second.emit(UUID, { kind: 'reboot' });
  await settle();
  expect(seen).toHaveLength(4);
});

test('a daemon that is started anew is waited for', async () => {
  const { connection, attempts, clock, breakIt } = scene([refused, refused, new FakeLibvirt()]);
  breakIt();
  const answer = connection.libvirtVersion();
  await clock.advance(5);
  expect(await answer).toBe('9.0.0');
  expect(attempts).toEqual([0, 500, 1000]);
});

test.each([
  ['one that does not come back for half a minute', true, 30_000],
  ["one that nobody starts anew, at once, for Kiln's own daemon", false, 0],
])('given up is %s', async (_what, mayComeBack, at) => {
  const { connection, attempts, clock, breakIt } = scene([refused], mayComeBack);
  const seen = collect(await connection.subscribe(UUID));
  breakIt();
  const answer = connection.getState(UUID).catch((error: unknown) => error);
  await clock.advance(60);
  const lost = { code: 'host.libvirt-lost', message: expect.stringContaining('Connection refused') };
  expect(await answer).toMatchObject(lost);
  expect(attempts.at(-1)).toBe(at);
  expect(seen).toMatchObject([{ kind: 'connection-closed' }]);
  await expect(connection.getState(UUID)).rejects.toMatchObject(lost);
  expect(attempts.at(-1)).toBe(at);
});

test('nobody waits after a cancellation', async () => {
  const { connection, clock, until, breakIt } = scene([refused]);
  breakIt();
  const answer = connection.getState(UUID).catch((error: unknown) => error);
  await clock.advance(1);
  until.abort();
  expect(await answer).toMatchObject({ code: 'host.libvirt-lost' });
});

test('what must not be done twice is done over a connection that answers', async () => {
  const second = new FakeLibvirt();
  const { connection, breakIt } = scene([second]);
  breakIt();
  await connection.createXml(XML);
  expect(second.calls.filter((call) => call.startsWith('createXml'))).toHaveLength(1);
});

test('what must not be done twice is not repeated when the connection breaks under it', async () => {
  const second = new FakeLibvirt();
  const lost = libvirtLost('fake:///default', 'end-of-file');
  const first = new FakeLibvirt({ failure: (call) => (call === 'createXml' ? lost : undefined) });
  const connect = async (): Promise<LibvirtConnection> => second;
  const until = new AbortController().signal;
  const connection = lastingConnection(first, { connect, mayComeBack: true, until });
  await expect(connection.createXml(XML)).rejects.toBe(lost);
  expect(second.calls).toEqual([]);
});

test('close() closes every connection there was', async () => {
  const second = new FakeLibvirt();
  const { first, connection, breakIt } = scene([second]);
  breakIt();
  await connection.libvirtVersion();
  await connection.close();
  expect([first.closed, second.closed]).toEqual([true, true]);
});
