import { duration, make, plain } from './dom.js';

/** @typedef {import('../src/serve/page-messages.ts').BuildsMessage} BuildsMessage */
/** @typedef {import('../src/serve/page-messages.ts').ListedBuild} ListedBuild */

/**
 * All builds, running ones first.
 * @param {BuildsMessage} message
 * @param {string} chosen id of the one that is looked at
 */
export function buildList({ builds, notShown }, chosen) {
  if (builds.length === 0) return [make('p', { class: 'quiet' }, 'No builds yet.')];
  const more =
    notShown === 0 ? [] : [make('p', { class: 'quiet' }, `and ${notShown} older ones: kiln builds list`)];
  return [...builds.map((build) => row(build, build.id === chosen)), ...more];
}

/**
 * @param {ListedBuild} build
 * @param {boolean} isChosen
 */
function row(build, isChosen) {
  const { id, name, status, startedAt, seconds, error } = build;
  const facts = [
    id,
    new Date(startedAt).toLocaleString(),
    ...(seconds === undefined ? [] : [duration(seconds)]),
  ];
  return make(
    'a',
    { href: `#${encodeURIComponent(id)}`, 'data-build': id, 'aria-current': String(isChosen) },
    make('span', { class: `status ${status}` }, status),
    make('span', { class: 'name' }, plain(name)),
    make('div', { class: 'quiet' }, facts.join(', ')),
    ...nowText(build).map((text) => make('div', { class: 'quiet' }, plain(text))),
    error === undefined ? undefined : make('div', { class: 'quiet failed' }, error.code),
  );
}

/** @param {ListedBuild} build */
function nowText({ now }) {
  if (now === undefined) return [];
  const { stage, detail, percent, remainingSeconds } = now;
  const facts = [
    detail === undefined ? stage : detail,
    ...(percent === undefined ? [] : [`${Math.round(percent)} %`]),
    ...(remainingSeconds === undefined ? [] : [`about ${duration(remainingSeconds)} to go`]),
  ];
  return [facts.join(', ')];
}
