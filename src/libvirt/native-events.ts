import type { ConnectionClosedEvent, IoErrorEvent, LifecycleEvent, MonitorShutdownEvent } from './libvirt.ts';

type Lifecycle = LifecycleEvent['event'];

/** virDomainEventType, each with its details (virDomainEventDefinedDetailType and so on). */
const LIFECYCLE: readonly (readonly [Lifecycle, readonly string[]])[] = [
  ['defined', ['added', 'updated', 'renamed', 'from-snapshot']],
  ['undefined', ['removed', 'renamed']],
  ['started', ['booted', 'migrated', 'restored', 'from-snapshot', 'wakeup']],
  [
    'suspended',
    [
      'paused',
      'migrated',
      'ioerror',
      'watchdog',
      'restored',
      'from-snapshot',
      'api-error',
      'postcopy',
      'postcopy-failed',
    ],
  ],
  ['resumed', ['unpaused', 'migrated', 'from-snapshot', 'postcopy', 'postcopy-failed']],
  ['stopped', ['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot']],
  ['shutdown', ['finished', 'guest', 'host']],
  ['pmsuspended', ['memory', 'disk']],
  ['crashed', ['panicked', 'crashloaded']],
];

/** undefined for a kind of event that this table does not know yet. */
export function toLifecycleEvent(event: number, detail: number): LifecycleEvent | undefined {
  const entry = LIFECYCLE[event];
  if (entry === undefined) return undefined;
  const [name, details] = entry;
  return { kind: 'lifecycle', event: name, detail: details[detail] ?? `detail-${detail}` };
}

export function toIoErrorEvent(
  path: string | null,
  device: string | null,
  reason: string | null,
): IoErrorEvent {
  return { kind: 'io-error', path: path ?? '', device: device ?? '', reason: reason || 'unknown' };
}

/** `details` is the JSON of QEMU's event: `{"guest":true,"reason":"guest-shutdown"}` (qapi/run-state.json). */
export function toMonitorShutdownEvent(details: string | null): MonitorShutdownEvent {
  const parsed: unknown = JSON.parse(details || '{}');
  const fields = typeof parsed === 'object' && parsed !== null ? parsed : {};
  const guest = 'guest' in fields && fields.guest === true;
  const reason = 'reason' in fields && typeof fields.reason === 'string' ? fields.reason : 'unknown';
  return { kind: 'monitor-shutdown', guest, reason };
}

/** virConnectCloseReason. */
const CLOSE_REASONS = ['error', 'end-of-file', 'keepalive', 'client'];

export function toConnectionClosedEvent(reason: number): ConnectionClosedEvent {
  return { kind: 'connection-closed', reason: CLOSE_REASONS[reason] ?? `reason-${reason}` };
}
