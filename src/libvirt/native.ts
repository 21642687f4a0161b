import koffi, { type LibraryHandle } from 'koffi';

declare const handleKind: unique symbol;
/** The address of one of libvirt's objects; never leaves this folder. */
export type Handle<Kind extends string> = bigint & { readonly [handleKind]: Kind };
export type ConnectionHandle = Handle<'virConnect'>;
export type DomainHandle = Handle<'virDomain'>;
export type StreamHandle = Handle<'virStream'>;
export type NetworkHandle = Handle<'virNetwork'>;
export type PoolHandle = Handle<'virStoragePool'>;
export type VolumeHandle = Handle<'virStorageVol'>;

/**
 * koffi runs C code on stacks of its own. Its 128 KiB for worker threads are too little for libvirt, which parses XML
 * and validates it against a schema (libxml2 recurses) inside the call when the driver lives in this process.
 */
const STACK_BYTES = 1024 * 1024;
let configured = false;

/** Opens a shared library, or with null what the process has loaded already: the C library. */
export function openNativeLibrary(name: string | null): LibraryHandle {
  // koffi is configured once per process, before its first library.
  if (!configured) {
    koffi.config({ ...koffi.config(), async_stack_size: STACK_BYTES });
    exitWithoutThreads();
  }
  configured = true;
  return koffi.load(name);
}

/** Calls on worker threads that have not returned. */
let underWay = 0;

/**
 * Node joins its worker threads at exit, so a call that never returns (a libvirtd that hangs) would keep the process for ever. With a call
 * under way it therefore ends as _exit(2) does. `process.reallyExit` is what process.exit() comes to after all listeners: some, such as
 * the one that shows the terminal's cursor again, come after this one.
 */
function exitWithoutThreads(): void {
  const exit = koffi.load(null).func('void _exit(int status)');
  process.on('exit', () => {
    if (underWay > 0) Object.assign(process, { reallyExit: (code: number) => exit(code) });
  });
}

/** A C function: called directly when it cannot block, through `blocking` (a worker thread) when it may. */
export type NativeFunction<Args extends readonly unknown[], Result> = {
  (...args: Args): Result;
  blocking(...args: Args): Promise<Result>;
};

/** Declares C functions by prototype, as koffi reads them: `_Out_` marks results, `str!` a string we must free. */
export type Declare = <Args extends readonly unknown[], Result>(
  prototype: string,
) => NativeFunction<Args, Result>;

/** A C out-parameter: the callee's value lands in element 0. */
export type Out<Value> = [Value | null];

export function declareIn(library: LibraryHandle): Declare {
  return <Args extends readonly unknown[], Result>(prototype: string) => {
    const native = library.func(prototype);
    const call = (...args: Args): Result => native(...args) as Result; // as the prototype beside it says
    const blocking = (...args: Args): Promise<Result> =>
      new Promise((resolve, reject) => {
        underWay += 1;
        native.async(...args, (error: Error | null, result: Result) => {
          underWay -= 1;
          if (error) reject(error);
          else resolve(result);
        });
      });
    return Object.assign(call, { blocking });
  };
}

export type CallbackAddress = bigint;

/**
 * Makes a JavaScript function callable from C for as long as the process lives. When libvirt calls it from another
 * thread, that thread waits until the JavaScript thread has run it.
 * @param prototype with a name of its own in this process
 */
export function permanentCallback<Args extends readonly unknown[]>(
  prototype: string,
  callback: (...args: Args) => void,
): CallbackAddress {
  const answering = (...args: Args): number => {
    callback(...args);
    return 0;
  };
  return koffi.register(answering, koffi.pointer(koffi.proto(prototype)));
}

const POINTER_SIZE = 8n;

/** Reads `count` pointers out of a C array. */
export function readPointers<Kind extends string>(address: bigint, count: number): Handle<Kind>[] {
  const at = (index: number) => koffi.decode(address + BigInt(index) * POINTER_SIZE, 'void *');
  return Array.from({ length: count }, (_, index) => at(index) as Handle<Kind>);
}

/** Gives memory back that libvirt took with malloc. */
export function freeNative(address: bigint): void {
  koffi.free(address);
}
