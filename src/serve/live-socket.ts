import type { WebSocket } from 'ws';

/** One browser's WebSocket, as the channels use it. */
export type LiveSocket = {
  /** Aborted when it is closed, by whichever side. */
  readonly signal: AbortSignal;
  /** Resolves when the browser's side took it, so a slow browser slows its own channel alone; at once after the end. */
  tell(message: object | Uint8Array): Promise<void>;
  /** One at a time: the next message is not read before the listener has resolved. */
  onMessage(listener: MessageListener): void;
  /** @param code 1000, or one of 4000 to 4999 with a meaning of ours */
  close(code: number, reason: string): void;
};

type MessageListener = (message: Uint8Array, isBinary: boolean) => Promise<void>;

const LONGEST_REASON = 120; // bytes; RFC 6455, 5.5

export function liveSocket(socket: WebSocket, onFault: (error: unknown) => void): LiveSocket {
  const closing = new AbortController();
  const { signal } = closing;
  socket.once('close', () => closing.abort());
  socket.on('error', onFault);
  // A browser may speak before the channel has its things together.
  let setListener: (listener: MessageListener) => void = () => undefined;
  const listening = new Promise<MessageListener>((settle) => {
    setListener = settle;
  });
  socket.on('message', (data, isBinary) => {
    socket.pause();
    listening
      .then((listener) => listener(Buffer.from(data as Buffer), isBinary)) // with the default binaryType a message is one Buffer
      .catch(onFault)
      .finally(() => socket.resume());
  });
  return {
    signal,
    tell: (message) =>
      new Promise((settle) => {
        if (signal.aborted || socket.readyState !== socket.OPEN) return settle();
        const leave = (): void => settle();
        signal.addEventListener('abort', leave, { once: true });
        const binary = message instanceof Uint8Array;
        socket.send(binary ? message : JSON.stringify(message), { binary }, () => {
          signal.removeEventListener('abort', leave);
          settle();
        });
      }),
    onMessage: setListener,
    close: (code, reason) => socket.close(code, Buffer.from(reason).subarray(0, LONGEST_REASON)),
  };
}
