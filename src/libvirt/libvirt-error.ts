import { HostError } from '../foundation/errors.ts';

/** The virErrorNumber values (libvirt's virterror.h) that Kiln tells apart. */
export const LIBVIRT_ERRORS = {
  internal: 1,
  noSupport: 3,
  invalidConnection: 6,
  invalidArgument: 8,
  operationFailed: 9,
  noName: 21,
  /** The XML breaks a rule of libvirt's. */
  xml: 27,
  /** Not XML at all, or not what was expected, with the place. */
  xmlDetail: 35,
  noDomain: 42,
  noStoragePool: 49,
  noStorageVolume: 50,
  operationInvalid: 55,
  /** Well-formed, and not what this hypervisor can do. */
  configUnsupported: 67,
  operationUnsupported: 84,
  /** Against the schema. */
  xmlInvalidSchema: 92,
} as const;

/** A call of libvirt failed. Always the `cause` of a KilnError by the time a user sees it. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  /** virErrorNumber. */
  readonly code: number;
  /** virErrorDomain: the part of libvirt that failed, e.g. 10 for QEMU, 7 for remote. */
  readonly domain: number;
  /** The function that was called, e.g. `virDomainCreateXML`. */
  readonly call: string;

  constructor(call: string, failure: NativeFailure) {
    super(failure.message);
    this.call = call;
    this.code = failure.code;
    this.domain = failure.domain;
  }
}

export type NativeFailure = { readonly code: number; readonly domain: number; readonly message: string };

/** The daemon is gone, or the way to it; `cause` itself where it says so already. */
export function libvirtLost(uri: string, reason: string, cause?: unknown): HostError {
  if (isLibvirtLost(cause)) return cause;
  return new HostError(
    'host.libvirt-lost',
    `The connection to libvirt (${uri}) was lost: ${reason}. See that libvirtd runs (Kiln starts its own anew), run \`kiln builds clean\`, then try again.`,
    { details: { uri, reason }, cause },
  );
}

export const isLibvirtLost = (error: unknown): error is HostError =>
  error instanceof HostError && error.code === 'host.libvirt-lost';

/** True for a LibvirtError with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly number[]): error is LibvirtError {
  return error instanceof LibvirtError && codes.includes(error.code);
}

/** The answer, or undefined when libvirt refuses with one of these codes. */
export async function unless<Result>(
  codes: readonly number[],
  attempt: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (hasCode(error, ...codes)) return undefined;
    throw error;
  }
}

/** A volume is being made or filled in the pool. libvirt's storage driver has no number of its own for this. */
export const isPoolBusy = (error: unknown): boolean =>
  hasCode(error, LIBVIRT_ERRORS.internal) &&
  error instanceof Error &&
  error.message.includes('asynchronous jobs');

/** Somebody else has the guest's console open. libvirt has no number of its own for this either. */
export const isConsoleTaken = (error: unknown): boolean =>
  hasCode(error, LIBVIRT_ERRORS.operationFailed) && error.message.includes('Active console session');

/** A QEMU driver inside the program (`qemu:///embed`) comes without the storage driver of a daemon. */
export const noStorage = (cause: LibvirtError): HostError =>
  new HostError(
    'host.libvirt-driver',
    `The libvirt connected to has no storage: ${cause.message}. Name a daemon's, such as --connect qemu:///system or qemu:///session.`,
    { cause },
  );
