import RFB from '../novnc/core/rfb.js';
import { button, make, plain } from './dom.js';
import { liveUrl } from './live.js';

const AGAIN_MS = 2000;
/** The server's word for what is not there (live-channels.ts). */
const NOT_THERE = 4404;

/**
 * The guest's screen, live. Mouse and keys reach it only while the user has them switched on; a guest without VNC is shown by pictures.
 * @param {string} id
 */
export function screenView(id) {
  const target = make('div', { class: 'screen' });
  const said = make('span', { class: 'quiet', role: 'status' }, 'Connecting …');
  const still = make('img', { alt: 'The screen of the guest' });
  /** @type {RFB | undefined} */
  let rfb;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isClosed = false;
  let mayTouch = false;
  const input = button('Use mouse and keys', () => {
    mayTouch = !mayTouch;
    input.textContent = mayTouch ? 'Only look' : 'Use mouse and keys';
    if (rfb !== undefined) rfb.viewOnly = !mayTouch;
  });

  function connect() {
    const socket = new WebSocket(liveUrl(`${encodeURIComponent(id)}/screen`));
    socket.addEventListener('close', ({ code, reason }) => {
      if (isClosed) return;
      said.textContent = plain(reason || 'The screen is gone.');
      if (code === NOT_THERE && reason.includes('no VNC screen')) showPicture();
      else timer = setTimeout(connect, AGAIN_MS);
    });
    target.replaceChildren();
    rfb = new RFB(target, socket, { shared: true });
    rfb.viewOnly = !mayTouch;
    rfb.scaleViewport = true;
    rfb.addEventListener('connect', () => {
      said.textContent = 'Live.';
    });
  }

  function showPicture() {
    const again = () => {
      if (!isClosed) timer = setTimeout(showPicture, AGAIN_MS);
    };
    still.onload = again;
    still.onerror = again;
    still.src = `api/builds/${encodeURIComponent(id)}/screen.png?${Date.now()}`;
    if (!target.contains(still)) target.replaceChildren(still);
  }

  return {
    element: make('div', {}, make('div', { class: 'bar' }, input, said), target),
    show: connect,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      rfb?.disconnect();
    },
  };
}
