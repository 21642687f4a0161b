import { Terminal } from '../xterm/lib/xterm.mjs';
import { button, make, plain } from './dom.js';
import { openLive } from './live.js';

/** Lines kept; older ones are in the log. */
const SCROLLBACK = 10_000;
/** Hyperlinks (8), clipboard (52), titles (0, 1, 2), notices (9, 777): nothing a guest may do to the reader's desktop. */
const REFUSED_COMMANDS = [0, 1, 2, 8, 9, 52, 777];

/**
 * The serial console of one build, as its guest draws it. Keys reach the guest only while the user has them switched on.
 * @param {string} id
 * @param {{ of: 'install' | 'boot-check', mayType: boolean }} options
 */
export function consoleView(id, { of, mayType }) {
  const terminal = new Terminal({
    disableStdin: true,
    scrollback: SCROLLBACK,
    convertEol: false,
    logLevel: 'off',
    cols: 100,
    rows: 30,
  });
  for (const command of REFUSED_COMMANDS) terminal.parser.registerOscHandler(command, () => true);
  const screen = make('div', { class: 'terminal' });
  const said = make('span', { class: 'quiet', role: 'status' }, 'Read only.');
  let isOn = false;
  const input = button('Type into the console', () => {
    live.send(JSON.stringify({ type: 'input', on: !isOn }));
  });
  const live = openLive(`${encodeURIComponent(id)}/console?of=${of}`, {
    onOpen: () => {
      terminal.reset();
      setInput(false, 'Read only.');
    },
    onBytes: (bytes) => terminal.write(bytes),
    onText: (message) =>
      take(/** @type {import('../src/serve/page-messages.ts').ConsoleMessage} */ (message)),
    onLost: (reason) => setInput(false, plain(reason || 'The connection was lost.')),
  });

  /**
   * @param {boolean} on
   * @param {string} text
   */
  function setInput(on, text) {
    isOn = on;
    terminal.options.disableStdin = !on;
    input.textContent = on ? 'Stop typing' : 'Type into the console';
    said.textContent = text;
    if (on) terminal.focus();
  }

  /** @param {import('../src/serve/page-messages.ts').ConsoleMessage} message */
  function take(message) {
    if (message.type === 'input') {
      const text = message.on ? 'What you type goes to the guest.' : plain(message.why ?? 'Read only.');
      setInput(message.on, text);
    } else terminal.write(`\r\n[${message.bytes} bytes are not shown; the log has them]\r\n`);
  }

  terminal.onData((text) => {
    if (isOn) live.send(new TextEncoder().encode(text));
  });
  terminal.onBinary((text) => {
    if (isOn) live.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  });
  const element = make('div', {}, make('div', { class: 'bar' }, ...(mayType ? [input] : []), said), screen);
  return {
    element,
    /** After the element is on the page: the terminal measures its letters. */
    show: () => terminal.open(screen),
    close: () => {
      live.close();
      terminal.dispose();
    },
  };
}
