import { buildList } from './build-list.js';
import { buildView } from './build-view.js';
import { make, plain } from './dom.js';
import { openLive } from './live.js';
import { giveStylesTheNonce } from './style-nonce.js';

/** @typedef {import('../src/serve/page-messages.ts').BuildsMessage} BuildsMessage */

/** @param {string} id */
function place(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

giveStylesTheNonce();
const places = { list: place('builds'), build: place('build'), connection: place('connection') };

/** @type {BuildsMessage | undefined} */
let builds;
/** What is shown on the right, and in which state the build was then. @type {{ id: string, state: string, close(): void } | undefined} */
let shown;

const chosenId = () => decodeURIComponent(location.hash.slice(1));

/** A build that has changed its state is read anew: it may have evidence now, or have no guest any more. */
const stateOf = (/** @type {string} */ id) => {
  const build = builds?.builds.find((one) => one.id === id);
  return build === undefined ? '' : `${build.status} ${build.kept}`;
};

async function showChosen() {
  const id = chosenId();
  const state = stateOf(id);
  if (shown?.id === id && (shown.state === state || state === '')) return;
  shown?.close();
  // The same build in a new state keeps its old picture until the new one is there.
  const current = { id, state, close: () => undefined };
  shown = current;
  if (id === '') {
    places.build.replaceChildren(make('p', { class: 'quiet' }, 'Choose a build on the left.'));
    return;
  }
  const answer = await fetch(`api/builds/${encodeURIComponent(id)}`);
  const body = await answer.json().catch(() => ({ message: `It failed (${answer.status}).` }));
  if (shown !== current) return;
  if (!answer.ok) {
    places.build.replaceChildren(make('p', { class: 'error' }, plain(String(body.message))));
    return;
  }
  const view = buildView(body);
  shown = { id, state, close: view.close };
  places.build.replaceChildren(view.element);
  view.show();
}

function drawList() {
  if (builds !== undefined) places.list.replaceChildren(...buildList(builds, chosenId()));
}

/** @param {BuildsMessage} message */
function takeBuilds(message) {
  builds = message;
  const [newest] = message.builds;
  if (location.hash === '' && newest !== undefined)
    history.replaceState(null, '', `#${encodeURIComponent(newest.id)}`);
  drawList();
  void showChosen();
}

openLive('builds', {
  onOpen: () => {
    places.connection.textContent = '';
  },
  onText: (message) => takeBuilds(/** @type {BuildsMessage} */ (message)),
  onLost: () => {
    places.connection.textContent = 'The page has lost its server; is `kiln builds serve` still running?';
  },
});
addEventListener('hashchange', () => {
  drawList();
  void showChosen();
});
