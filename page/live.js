const AGAIN_MS = 2000;

/** @typedef {{ close(): void, send(data: string | Uint8Array<ArrayBuffer>): void }} Live */

/**
 * A WebSocket of this server that comes back after it was lost. The server's own end (1000) is the end.
 * @param {string} path below `live/`
 * @param {{
 *   onText?: (message: unknown) => void,
 *   onBytes?: (bytes: Uint8Array) => void,
 *   onOpen?: () => void,
 *   onLost?: (reason: string) => void,
 * }} listener
 * @returns {Live}
 */
export function openLive(path, { onText, onBytes, onOpen, onLost }) {
  let isClosed = false;
  /** @type {WebSocket} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const open = () => {
    socket = new WebSocket(liveUrl(path));
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => onOpen?.());
    socket.addEventListener('message', ({ data }) => {
      if (isClosed) return;
      if (typeof data === 'string') onText?.(JSON.parse(data));
      else onBytes?.(new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (isClosed || code === 1000) return;
      onLost?.(reason);
      timer = setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return {
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      socket.close();
    },
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
  };
}

/** @param {string} path below `live/` */
export function liveUrl(path) {
  const url = new URL(`live/${path}`, document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url.href;
}
