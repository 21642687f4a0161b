import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { connectLibvirt } from '../../../src/libvirt/connect-libvirt.ts';
import type { DomainEvent, EventSubscription, LibvirtConnection } from '../../../src/libvirt/libvirt.ts';
import { LIBVIRT_ERRORS } from '../../../src/libvirt/libvirt-error.ts';
import { FakeLibvirt } from '../../fakes/fake-libvirt.ts';

/** What libvirt and the fake that other tests rely on have in common. */
const IMPLEMENTATIONS: readonly (readonly [string, () => Promise<LibvirtConnection>])[] = [
  ['libvirt (test:///default)', () => connectLibvirt('test:///default')],
  ['FakeLibvirt', async () => new FakeLibvirt()],
];

const NOBODY = '00000000-0000-4000-8000-000000000000';

function newDomain(extra = ''): { readonly name: string; readonly uuid: string; readonly xml: string } {
  const uuid = randomUUID();
  const name = `contract-${uuid.slice(0, 8)}`;
  const xml = `<domain type='test'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory>
    <vcpu>1</vcpu><os><type arch='i686'>hvm</type></os>${extra}</domain>`;
  return { name, uuid, xml };
}

async function readAll(events: EventSubscription): Promise<DomainEvent[]> {
  const all: DomainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Reads until the lifecycle event named last, so that nothing is left to chance about when events arrive. */
async function lifecycleUntil(events: EventSubscription, last: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    if (event.kind === 'lifecycle') seen.push(`${event.event}/${event.detail}`);
    if (seen.at(-1) === last) return seen;
  }
  return seen;
}

describe.each(IMPLEMENTATIONS)('%s', (_name, connect) => {
  async function withConnection(use: (connection: LibvirtConnection) => Promise<void>): Promise<void> {
    const connection = await connect();
    try {
      await use(connection);
    } finally {
      await connection.close();
    }
  }

  test('tells its version and what the host has', () =>
    withConnection(async (connection) => {
      expect(await connection.libvirtVersion()).toMatch(/^\d+\.\d+\.\d+$/);
      const { cpus, memoryBytes } = await connection.nodeInfo();
      expect(cpus).toBeGreaterThan(0);
      expect(memoryBytes).toBeGreaterThan(2 ** 20);
      expect(await connection.capabilitiesXml()).toContain('<capabilities');
      expect(await connection.listNetworks()).toEqual([{ name: 'default', active: true }]);
    }));

  test('a driver that cannot look at a domain without making it refuses nothing', () =>
    withConnection(async (connection) => {
      const before = await connection.listDomains();
      await connection.checkDomainXml(newDomain().xml);
      expect(await connection.listDomains()).toEqual(before);
    }));

  test('a defined domain is found by name, by UUID and in the list', () =>
    withConnection(async (connection) => {
      const { name, uuid, xml } = newDomain();
      expect(await connection.defineXml(xml)).toEqual({ name, uuid });
      expect(await connection.lookupByName(name)).toEqual({ name, uuid });
      expect(await connection.lookupByUuid(uuid)).toEqual({ name, uuid });
      expect(await connection.listDomains()).toContainEqual({ name, uuid });
      expect(await connection.getXml(uuid)).toContain(`<name>${name}</name>`);
      expect(await connection.getState(uuid)).toEqual({ state: 'shutoff', reason: 'unknown' });
    }));

  test('what does not exist is undefined, not an error', () =>
    withConnection(async (connection) => {
      expect(await connection.lookupByName('no-such-domain')).toBeUndefined();
      expect(await connection.lookupByUuid(NOBODY)).toBeUndefined();
      expect(await connection.getState(NOBODY)).toBeUndefined();
    }));

  test('starting, destroying and starting again is told as lifecycle events', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain();
      await connection.defineXml(xml);
      const events = await connection.subscribe(uuid);
      await connection.start(uuid);
      expect(await connection.getState(uuid)).toMatchObject({ state: 'running' });
      await connection.destroy(uuid);
      expect(await connection.getState(uuid)).toEqual({ state: 'shutoff', reason: 'destroyed' });
      expect(await lifecycleUntil(events, 'stopped/destroyed')).toEqual([
        'started/booted',
        'stopped/destroyed',
      ]);
    }));

  test('the power button ends a guest with the reason shutdown', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain();
      await connection.defineXml(xml);
      const events = await connection.subscribe(uuid);
      await connection.start(uuid);
      await connection.shutdown(uuid);
      expect(await connection.getState(uuid)).toEqual({ state: 'shutoff', reason: 'shutdown' });
      expect((await lifecycleUntil(events, 'stopped/shutdown')).at(-1)).toBe('stopped/shutdown');
    }));

  test('a transient domain vanishes at its end, one defined meanwhile stays', () =>
    withConnection(async (connection) => {
      const transient = newDomain();
      await connection.createXml(transient.xml);
      await connection.destroy(transient.uuid);
      expect(await connection.lookupByUuid(transient.uuid)).toBeUndefined();

      const kept = newDomain();
      await connection.createXml(kept.xml);
      await connection.defineXml(kept.xml);
      expect(await connection.getState(kept.uuid)).toMatchObject({ state: 'running' });
      await connection.destroy(kept.uuid);
      expect(await connection.getState(kept.uuid)).toEqual({ state: 'shutoff', reason: 'destroyed' });
    }));

  test('a subscription hears of its own domain only, also before that exists', () =>
    withConnection(async (connection) => {
      const mine = newDomain();
      const other = newDomain();
      const events = await connection.subscribe(mine.uuid);
      await connection.createXml(other.xml);
      await connection.createXml(mine.xml);
      await connection.destroy(other.uuid);
      await connection.destroy(mine.uuid);
      expect(await lifecycleUntil(events, 'stopped/destroyed')).toEqual([
        'started/booted',
        'stopped/destroyed',
      ]);
    }));

  test('destroy and undefine may be repeated and may come too late', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain();
      await connection.defineXml(xml);
      await connection.start(uuid);
      await connection.destroy(uuid);
      await connection.destroy(uuid);
      await connection.undefine(uuid);
      await connection.undefine(uuid);
      await connection.destroy(uuid);
      expect(await connection.lookupByUuid(uuid)).toBeUndefined();
    }));

  test('errors carry libvirt’s code', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain();
      await connection.defineXml(xml);
      await connection.start(uuid);
      const failing: readonly (readonly [() => Promise<unknown>, number])[] = [
        [() => connection.start(NOBODY), LIBVIRT_ERRORS.noDomain],
        [() => connection.getXml(NOBODY), LIBVIRT_ERRORS.noDomain],
        [() => connection.defineXml('<domain type="test"/>'), LIBVIRT_ERRORS.noName],
        [() => connection.createXml(xml), LIBVIRT_ERRORS.operationInvalid],
        [() => connection.createXml(xml.replace(uuid, randomUUID())), LIBVIRT_ERRORS.operationFailed],
      ];
      for (const [attempt, code] of failing) {
        await expect(attempt()).rejects.toMatchObject({ name: 'LibvirtError', code });
      }
    }));

  test('counters are numbers while the domain runs and undefined once it is off', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain(
        `<devices><disk type='file' device='disk'><source file='/no/where'/><target dev='vda'/></disk></devices>`,
      );
      await connection.defineXml(xml);
      await connection.start(uuid);
      expect((await connection.diskCounters(uuid, 'vda'))?.writeBytes).toBeGreaterThanOrEqual(0);
      await connection.destroy(uuid);
      expect(await connection.diskCounters(uuid, 'vda')).toBeUndefined();
      expect(await connection.networkCounters(NOBODY, 'vnet0')).toBeUndefined();
    }));

  test('a screenshot is a picture', () =>
    withConnection(async (connection) => {
      const { uuid, xml } = newDomain();
      await connection.createXml(xml);
      const { mimeType, data } = await connection.screenshot(uuid);
      expect(mimeType).toMatch(/^image\//);
      expect(data.length).toBeGreaterThan(0);
    }));

  test('close ends subscriptions, may be repeated, and refuses later calls', async () => {
    const connection = await connect();
    const { uuid, xml } = newDomain();
    await connection.createXml(xml);
    const events = await connection.subscribe(uuid);
    const reading = readAll(events);
    await connection.close();
    await connection.close();
    events.close();
    expect(await reading).toEqual([]);
    await expect(connection.listDomains()).rejects.toMatchObject({ code: LIBVIRT_ERRORS.invalidConnection });
  });
});
