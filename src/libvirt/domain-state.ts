import type { DomainState } from './libvirt.ts';

type State = DomainState['state'];
type Reason = DomainState['reason'];

/** virDomainState. */
const STATES: readonly State[] = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
];

/** virDomainShutoffReason. */
const SHUTOFF_REASONS: readonly Reason[] = [
  'unknown',
  'shutdown',
  'destroyed',
  'crashed',
  'migrated',
  'saved',
  'failed',
  'from-snapshot',
  'daemon',
];

/** virDomainPausedReason; the ones Kiln never meets are `other`. */
const PAUSED_REASONS: readonly Reason[] = [
  'unknown',
  'user',
  'migrated',
  'saved',
  'other',
  'ioerror',
  'watchdog',
  'from-snapshot',
  'shutdown',
  'other',
  'crashed',
];

/** virDomainCrashedReason: unknown, panicked. */
const CRASHED_REASONS: readonly Reason[] = ['unknown', 'crashed'];

const REASONS: { readonly [key in State]?: readonly Reason[] } = {
  shutoff: SHUTOFF_REASONS,
  paused: PAUSED_REASONS,
  crashed: CRASHED_REASONS,
};

export function toDomainState(state: number, reason: number): DomainState {
  const name = STATES[state] ?? 'nostate';
  const reasons = REASONS[name];
  return { state: name, reason: reasons === undefined ? 'unknown' : (reasons[reason] ?? 'other') };
}
