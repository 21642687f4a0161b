import koffi, { type LibraryHandle } from 'koffi';
import { HostError } from '../foundation/errors.ts';
import {
  type CallbackAddress,
  type ConnectionHandle,
  type Declare,
  type DomainHandle,
  declareIn,
  type NetworkHandle,
  type Out,
  openNativeLibrary,
  type StreamHandle,
} from './native.ts';
import { declareStorageCalls } from './storage-library.ts';

export type LibvirtLibrary = ReturnType<typeof declareLibvirt>;
export type QemuLibrary = ReturnType<typeof declareLibvirtQemu>;

/** Results of libvirt's functions that fill a struct. */
export type NativeNodeInfo = { memoryKiB?: number; cpus?: number };
export type NativeBlockStats = {
  readRequests?: number;
  readBytes?: number;
  writeRequests?: number;
  writeBytes?: number;
};
export type NativeInterfaceStats = { receivedBytes?: number; transmittedBytes?: number };

/**
 * Loads libvirt.so.0; called on first use, so that commands which need no VM work without it. Once per process.
 * @throws HostError `host.libvirt-missing`
 */
export function loadLibvirt(): LibvirtLibrary {
  const library = tryLoad('libvirt.so.0');
  if ('failure' in library) {
    throw new HostError(
      'host.libvirt-missing',
      'The library libvirt.so.0 cannot be loaded. Install it: apt-get install libvirt0 libvirt-daemon-system (Debian, Ubuntu).',
      { cause: library.failure, details: { packages: ['libvirt0', 'libvirt-daemon-system'] } },
    );
  }
  return declareLibvirt(library.loaded);
}

/** libvirt-qemu.so.0 carries QEMU's own events; undefined where it is not installed. */
export function loadLibvirtQemu(): QemuLibrary | undefined {
  const library = tryLoad('libvirt-qemu.so.0');
  return 'loaded' in library ? declareLibvirtQemu(library.loaded) : undefined;
}

function tryLoad(name: string): { readonly loaded: LibraryHandle } | { readonly failure: unknown } {
  try {
    return { loaded: openNativeLibrary(name) };
  } catch (failure) {
    return { failure };
  }
}

function declareLibvirt(library: LibraryHandle) {
  const fn = declareIn(library);
  const structs = declareStructs();
  return {
    ...declareHostCalls(fn),
    ...declareDomainCalls(fn),
    ...declareNetworkCalls(fn),
    ...declareStreamCalls(fn),
    ...declareStorageCalls(fn),
    ...declareEventCalls(fn),
    ...structs,
    /**
     * A C function that reads nothing and changes nothing whatever it is called with (virGetLastErrorCode). Given to
     * libvirt where it insists on a callback and we want none, it needs no trip to the JavaScript thread.
     */
    doNothing: library.symbol('virGetLastErrorCode') as CallbackAddress,
  };
}

/** virNodeInfo, virDomainBlockStatsStruct, virDomainInterfaceStatsStruct (libvirt-host.h, libvirt-domain.h), virError (virterror.h). */
function declareStructs() {
  const int64s = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'longlong']));
  koffi.struct('NodeInfo', {
    model: koffi.array('char', 32, 'String'),
    memoryKiB: 'ulong',
    cpus: 'uint',
    rest: koffi.array('uint', 5),
  });
  const block = koffi.struct(
    'BlockStats',
    int64s('readRequests', 'readBytes', 'writeRequests', 'writeBytes', 'errors'),
  );
  const received = int64s('receivedBytes', 'receivedPackets', 'receivedErrors', 'receivedDrops');
  const sent = int64s('transmittedBytes', 'transmittedPackets', 'transmittedErrors', 'transmittedDrops');
  const network = koffi.struct('InterfaceStats', { ...received, ...sent });
  return { blockStatsBytes: koffi.sizeof(block), interfaceStatsBytes: koffi.sizeof(network) };
}

type OfConnection<Rest extends readonly unknown[]> = readonly [ConnectionHandle, ...Rest];
type OfDomain<Rest extends readonly unknown[]> = readonly [DomainHandle, ...Rest];
type Text = string | null;

function declareHostCalls(fn: Declare) {
  return {
    virConnectOpen: fn<readonly [string], ConnectionHandle | null>('void *virConnectOpen(str uri)'),
    virConnectClose: fn<OfConnection<[]>, number>('int virConnectClose(void *c)'),
    virConnectIsAlive: fn<OfConnection<[]>, number>('int virConnectIsAlive(void *c)'),
    virConnectGetLibVersion: fn<OfConnection<[Out<number>]>, number>(
      'int virConnectGetLibVersion(void *c, _Out_ ulong *v)',
    ),
    virConnectGetCapabilities: fn<OfConnection<[]>, Text>('str! virConnectGetCapabilities(void *c)'),
    virConnectGetDomainCapabilities: fn<OfConnection<[Text, Text, Text, Text, number]>, Text>(
      'str! virConnectGetDomainCapabilities(void *c, str emulator, str arch, str machine, str type, uint flags)',
    ),
    virConnectDomainXMLToNative: fn<OfConnection<[string, string, number]>, Text>(
      'str! virConnectDomainXMLToNative(void *c, str format, str xml, uint flags)',
    ),
    virNodeGetInfo: fn<OfConnection<[NativeNodeInfo]>, number>(
      'int virNodeGetInfo(void *c, _Out_ NodeInfo *i)',
    ),
    virConnectListAllDomains: fn<OfConnection<[Out<bigint>, number]>, number>(
      'int virConnectListAllDomains(void *c, _Out_ void **domains, uint flags)',
    ),
    virConnCopyLastError: fn<OfConnection<[Uint8Array]>, number>(
      'int virConnCopyLastError(void *c, void *error)',
    ),
    virConnSetErrorFunc: fn<OfConnection<[null, CallbackAddress]>, void>(
      'void virConnSetErrorFunc(void *c, void *opaque, void *callback)',
    ),
    virSetErrorFunc: fn<readonly [null, CallbackAddress], void>(
      'void virSetErrorFunc(void *opaque, void *callback)',
    ),
    virResetError: fn<readonly [Uint8Array], void>('void virResetError(void *error)'),
  };
}

function declareDomainCalls(fn: Declare) {
  return {
    virDomainCreateXML: fn<OfConnection<[string, number]>, DomainHandle | null>(
      'void *virDomainCreateXML(void *c, str xml, uint flags)',
    ),
    virDomainDefineXMLFlags: fn<OfConnection<[string, number]>, DomainHandle | null>(
      'void *virDomainDefineXMLFlags(void *c, str xml, uint flags)',
    ),
    virDomainLookupByUUIDString: fn<OfConnection<[string]>, DomainHandle | null>(
      'void *virDomainLookupByUUIDString(void *c, str uuid)',
    ),
    virDomainLookupByName: fn<OfConnection<[string]>, DomainHandle | null>(
      'void *virDomainLookupByName(void *c, str name)',
    ),
    virDomainFree: fn<OfDomain<[]>, number>('int virDomainFree(void *d)'),
    virDomainGetName: fn<OfDomain<[]>, Text>('str virDomainGetName(void *d)'),
    virDomainGetUUIDString: fn<OfDomain<[Uint8Array]>, number>(
      'int virDomainGetUUIDString(void *d, void *text)',
    ),
    virDomainCreate: fn<OfDomain<[]>, number>('int virDomainCreate(void *d)'),
    virDomainGetState: fn<OfDomain<[Out<number>, Out<number>, number]>, number>(
      'int virDomainGetState(void *d, _Out_ int *state, _Out_ int *reason, uint flags)',
    ),
    virDomainGetXMLDesc: fn<OfDomain<[number]>, Text>('str! virDomainGetXMLDesc(void *d, uint flags)'),
    virDomainReboot: fn<OfDomain<[number]>, number>('int virDomainReboot(void *d, uint flags)'),
    virDomainSetAutostart: fn<OfDomain<[number]>, number>(
      'int virDomainSetAutostart(void *d, int autostart)',
    ),
    virDomainGetAutostart: fn<OfDomain<[Out<number>]>, number>(
      'int virDomainGetAutostart(void *d, _Out_ int *autostart)',
    ),
    virDomainIsPersistent: fn<OfDomain<[]>, number>('int virDomainIsPersistent(void *d)'),
    virDomainUpdateDeviceFlags: fn<OfDomain<[string, number]>, number>(
      'int virDomainUpdateDeviceFlags(void *d, str xml, uint flags)',
    ),
    virDomainShutdown: fn<OfDomain<[]>, number>('int virDomainShutdown(void *d)'),
    virDomainDestroy: fn<OfDomain<[]>, number>('int virDomainDestroy(void *d)'),
    virDomainUndefineFlags: fn<OfDomain<[number]>, number>('int virDomainUndefineFlags(void *d, uint flags)'),
    virDomainBlockStats: fn<OfDomain<[string, NativeBlockStats, number]>, number>(
      'int virDomainBlockStats(void *d, str target, _Out_ BlockStats *stats, size_t size)',
    ),
    virDomainInterfaceStats: fn<OfDomain<[string, NativeInterfaceStats, number]>, number>(
      'int virDomainInterfaceStats(void *d, str target, _Out_ InterfaceStats *stats, size_t size)',
    ),
  };
}

function declareNetworkCalls(fn: Declare) {
  return {
    virConnectListAllNetworks: fn<OfConnection<[Out<bigint>, number]>, number>(
      'int virConnectListAllNetworks(void *c, _Out_ void **networks, uint flags)',
    ),
    virNetworkGetName: fn<readonly [NetworkHandle], Text>('str virNetworkGetName(void *n)'),
    virNetworkFree: fn<readonly [NetworkHandle], number>('int virNetworkFree(void *n)'),
  };
}

function declareStreamCalls(fn: Declare) {
  return {
    virStreamNew: fn<OfConnection<[number]>, StreamHandle | null>('void *virStreamNew(void *c, uint flags)'),
    virDomainScreenshot: fn<OfDomain<[StreamHandle, number, number]>, Text>(
      'str! virDomainScreenshot(void *d, void *stream, uint screen, uint flags)',
    ),
    virDomainOpenConsole: fn<OfDomain<[null, StreamHandle, number]>, number>(
      'int virDomainOpenConsole(void *d, str device, void *stream, uint flags)',
    ),
    virDomainOpenGraphicsFD: fn<OfDomain<[number, number]>, number>(
      'int virDomainOpenGraphicsFD(void *d, uint index, uint flags)',
    ),
    virStreamSend: fn<readonly [StreamHandle, Uint8Array, number], number>(
      'int virStreamSend(void *s, void *data, size_t size)',
    ),
    virStreamRecv: fn<readonly [StreamHandle, Uint8Array, number], number>(
      'int virStreamRecv(void *s, void *buffer, size_t size)',
    ),
    virStreamRecvFlags: fn<readonly [StreamHandle, Uint8Array, number, number], number>(
      'int virStreamRecvFlags(void *s, void *buffer, size_t size, uint flags)',
    ),
    virStreamRecvHole: fn<readonly [StreamHandle, Out<number>, number], number>(
      'int virStreamRecvHole(void *s, _Out_ longlong *length, uint flags)',
    ),
    virStreamFinish: fn<readonly [StreamHandle], number>('int virStreamFinish(void *s)'),
    virStreamAbort: fn<readonly [StreamHandle], number>('int virStreamAbort(void *s)'),
    virStreamFree: fn<readonly [StreamHandle], number>('int virStreamFree(void *s)'),
  };
}

function declareEventCalls(fn: Declare) {
  return {
    virEventRegisterDefaultImpl: fn<readonly [], number>('int virEventRegisterDefaultImpl(void)'),
    virEventRunDefaultImpl: fn<readonly [], number>('int virEventRunDefaultImpl(void)'),
    virEventAddTimeout: fn<readonly [number, CallbackAddress, null, null], number>(
      'int virEventAddTimeout(int ms, void *callback, void *opaque, void *free)',
    ),
    virEventUpdateTimeout: fn<readonly [number, number], void>(
      'void virEventUpdateTimeout(int timer, int ms)',
    ),
    virConnectDomainEventRegisterAny: fn<OfConnection<[null, number, CallbackAddress, bigint, null]>, number>(
      'int virConnectDomainEventRegisterAny(void *c, void *d, int event, void *callback, void *opaque, void *free)',
    ),
    virConnectDomainEventDeregisterAny: fn<OfConnection<[number]>, number>(
      'int virConnectDomainEventDeregisterAny(void *c, int id)',
    ),
    virConnectRegisterCloseCallback: fn<OfConnection<[CallbackAddress, bigint, null]>, number>(
      'int virConnectRegisterCloseCallback(void *c, void *callback, void *opaque, void *free)',
    ),
    virConnectUnregisterCloseCallback: fn<OfConnection<[CallbackAddress]>, number>(
      'int virConnectUnregisterCloseCallback(void *c, void *callback)',
    ),
  };
}

function declareLibvirtQemu(library: LibraryHandle) {
  const fn = declareIn(library);
  return {
    virConnectDomainQemuMonitorEventRegister: fn<
      OfConnection<[null, string, CallbackAddress, bigint, null, number]>,
      number
    >(
      'int virConnectDomainQemuMonitorEventRegister(void *c, void *d, str event, void *callback, void *opaque, void *free, uint flags)',
    ),
    virConnectDomainQemuMonitorEventDeregister: fn<OfConnection<[number]>, number>(
      'int virConnectDomainQemuMonitorEventDeregister(void *c, int id)',
    ),
  };
}
