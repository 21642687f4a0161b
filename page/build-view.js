import { mayHaveGuest, TAB_TITLES, tabsOf } from './build-tabs.js';
import { consoleView } from './console-view.js';
import { button, make, plain } from './dom.js';
import { evidenceView } from './evidence-view.js';
import { openLive } from './live.js';
import { screenView } from './screen-view.js';
import { emptyTimeline, takeEvent } from './timeline-state.js';
import { timelineView } from './timeline-view.js';

/** @typedef {import('../src/serve/page-messages.ts').StoryAnswer} StoryAnswer */
/** @typedef {import('../src/serve/page-messages.ts').EventsMessage} EventsMessage */
/** @typedef {import('./build-tabs.js').TabName} TabName */
/** @typedef {{ element: HTMLElement, show(): void, close(): void }} TabView */

/**
 * One build: what it is, its timeline, and below it one of console, screen and evidence.
 * @param {StoryAnswer} story
 */
export function buildView(story) {
  const { build } = story;
  const timeline = emptyTimeline();
  const timelinePlace = make('div', {});
  const tabs = tabsView(story);
  let isDrawn = false;
  const draw = () => {
    isDrawn = false;
    timelinePlace.replaceChildren(timelineView(timeline, { now: Date.now(), titles: story.stageTitles }));
    tabs.offer(tabsOf(story, timeline));
  };
  /** At most once a frame, however many events come. */
  const drawSoon = () => {
    if (!isDrawn) requestAnimationFrame(draw);
    isDrawn = true;
  };
  const live = openLive(`${encodeURIComponent(build.id)}/events`, {
    onOpen: () => Object.assign(timeline, emptyTimeline()),
    onText: (message) => {
      takeEvent(timeline, /** @type {EventsMessage} */ (message));
      drawSoon();
    },
  });
  const ticking = setInterval(drawSoon, 1000);
  return {
    element: make('article', {}, heading(story), timelinePlace, tabs.element),
    show: () => {
      draw();
      const hasNoGuest = build.status === 'unknown' || (build.status === 'failed' && !build.kept);
      const [first = 'evidence'] = tabsOf(story, timeline);
      tabs.choose(hasNoGuest ? 'evidence' : first);
    },
    close: () => {
      live.close();
      clearInterval(ticking);
      tabs.close();
    },
  };
}

/** @param {StoryAnswer} story */
function heading({ build, canResume }) {
  const said = make('span', { class: 'failed', role: 'alert' });
  /**
   * @param {string} what
   * @param {string} question
   */
  const order = (what, question) => async () => {
    if (!confirm(question)) return;
    said.textContent = '…';
    const answer = await fetch(`api/builds/${encodeURIComponent(build.id)}/${what}`, { method: 'POST' });
    said.textContent = answer.ok ? '' : plain(await reasonOf(answer));
  };
  const actions = [
    ...(build.status === 'running' ? [button('Stop', order('stop', 'Stop this build and clean up?'))] : []),
    ...(canResume ? [button('Resume', order('resume', 'Go on with this build?'))] : []),
  ];
  const hint =
    build.status === 'interrupted'
      ? `The Kiln that ran it is gone. ${canResume ? `\`kiln builds resume ${build.id}\` goes on with it; ` : 'It cannot be gone on with; '}\`kiln builds clean\` removes what it left.`
      : undefined;
  return make(
    'div',
    {},
    make('h1', {}, plain(build.name), ' ', make('small', { class: build.status }, build.status)),
    make(
      'p',
      { class: 'quiet' },
      `${build.id}, started ${new Date(build.startedAt).toLocaleString()}${build.kept ? ', kept' : ''}`,
    ),
    hint === undefined ? undefined : make('p', { class: 'interrupted' }, hint),
    build.error === undefined ? undefined : make('p', { class: 'error' }, plain(build.error.message)),
    make('div', { class: 'bar' }, ...actions, said),
  );
}

/** @param {Response} answer */
async function reasonOf(answer) {
  const body = await answer.json().catch(() => undefined);
  return typeof body?.message === 'string' ? body.message : `It failed (${answer.status}).`;
}

/**
 * One view at a time; what is not looked at has no connection.
 * @param {StoryAnswer} story
 */
function tabsView(story) {
  const { id, status } = story.build;
  /** @type {Record<TabName, () => TabView>} */
  const views = {
    console: () => consoleView(id, { of: 'install', mayType: mayHaveGuest(story.build) }),
    'boot-check': () => consoleView(id, { of: 'boot-check', mayType: status === 'running' }),
    screen: () => screenView(id),
    evidence: () => ({ element: evidenceView(story), show: () => undefined, close: () => undefined }),
  };
  const names = /** @type {TabName[]} */ (Object.keys(TAB_TITLES));
  const place = make('div', { role: 'tabpanel' });
  /** @type {TabView | undefined} */
  let current;
  const tabs = names.map((name) => {
    const tab = button(TAB_TITLES[name], () => choose(name));
    tab.setAttribute('role', 'tab');
    tab.dataset.tab = name;
    return tab;
  });
  /** @param {TabName} name */
  function choose(name) {
    current?.close();
    current = views[name]();
    place.replaceChildren(current.element);
    current.show();
    for (const tab of tabs) tab.setAttribute('aria-selected', String(tab.dataset.tab === name));
  }
  /** @param {readonly TabName[]} there */
  function offer(there) {
    for (const [index, name] of names.entries()) {
      const tab = tabs[index];
      if (tab !== undefined) tab.hidden = !there.includes(name);
    }
  }
  return {
    element: make('section', {}, make('div', { role: 'tablist' }, ...tabs), place),
    choose,
    offer,
    close: () => current?.close(),
  };
}
