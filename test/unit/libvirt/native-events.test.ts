import { expect, test } from 'vitest';
import {
  toConnectionClosedEvent,
  toIoErrorEvent,
  toLifecycleEvent,
  toMonitorShutdownEvent,
} from '../../../src/libvirt/native-events.ts';

test.each([
  [2, 0, 'started/booted'],
  [3, 2, 'suspended/ioerror'],
  [5, 0, 'stopped/shutdown'],
  [5, 1, 'stopped/destroyed'],
  [5, 2, 'stopped/crashed'],
  [5, 5, 'stopped/failed'],
  [6, 1, 'shutdown/guest'],
  [8, 0, 'crashed/panicked'],
  [5, 99, 'stopped/detail-99'],
])('lifecycle %i/%i is %s', (event, detail, text) => {
  const told = toLifecycleEvent(event, detail);
  expect(`${told?.event}/${told?.detail}`).toBe(text);
});

test('a lifecycle event that libvirt may add one day is left out', () => {
  expect(toLifecycleEvent(99, 0)).toBeUndefined();
});

test('QEMU’s SHUTDOWN tells who and why', () => {
  expect(toMonitorShutdownEvent('{"guest":true,"reason":"guest-reset"}')).toEqual({
    kind: 'monitor-shutdown',
    guest: true,
    reason: 'guest-reset',
  });
  expect(toMonitorShutdownEvent(null)).toEqual({ kind: 'monitor-shutdown', guest: false, reason: 'unknown' });
});

test('absent strings become empty ones, and a reason is always given', () => {
  expect(toIoErrorEvent('/disk', 'vda', 'enospc').reason).toBe('enospc');
  expect(toIoErrorEvent(null, null, '')).toEqual({
    kind: 'io-error',
    path: '',
    device: '',
    reason: 'unknown',
  });
  expect(toConnectionClosedEvent(1).reason).toBe('end-of-file');
});
