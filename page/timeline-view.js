import { duration, make, plain } from './dom.js';

/** @typedef {import('./timeline-state.js').Timeline} Timeline */
/** @typedef {import('./timeline-state.js').Stage} Stage */
/** @typedef {import('./timeline-state.js').Phase} Phase */

/** @type {Record<Stage['state'], string>} */
const MARKS = { running: '▶', done: '✓', skipped: '–', failed: '✗' };
/** @type {Record<Stage['state'], string>} */
const CLASSES = { running: 'running', done: 'succeeded', skipped: 'quiet', failed: 'failed' };

/**
 * Stages and what each did, with times; the running ones with what they do now.
 * @param {Timeline} timeline
 * @param {{ now: number, titles: Readonly<Record<string, string>> }} shown `titles`: what the server calls the stages
 */
export function timelineView({ stages, notices, isOver }, { now, titles }) {
  const rows = stages.flatMap((stage) => {
    // A process that was killed told no end.
    const until = stage.endedAt ?? (isOver ? undefined : now);
    return [
      stageRow(stage, until, titles),
      ...stage.phases
        .filter(({ title }) => stage.stage === 'install' || (stage.state === 'running' && title !== ''))
        .map((phase) => phaseRow(phase, until)),
    ];
  });
  return make(
    'section',
    {},
    make('ol', { class: 'timeline' }, ...rows),
    ...notices.map((text) => make('p', { class: 'quiet notice' }, plain(text))),
  );
}

/**
 * @param {Stage} stage
 * @param {number | undefined} until
 * @param {Readonly<Record<string, string>>} titles
 */
function stageRow({ stage, state, startedAt, note, remainingSeconds }, until, titles) {
  const remaining = remainingSeconds === undefined ? undefined : `about ${duration(remainingSeconds)} to go`;
  return make(
    'li',
    { 'data-stage': stage, 'data-state': state },
    make('span', { class: CLASSES[state] }, MARKS[state]),
    make('span', {}, titles[stage] ?? plain(stage)),
    make(
      'span',
      { class: 'time' },
      until === undefined || state === 'skipped' ? '' : duration((until - startedAt) / 1000),
    ),
    make('span', { class: 'quiet' }, plain(note ?? remaining ?? '')),
  );
}

/**
 * @param {Phase} phase
 * @param {number | undefined} until
 */
function phaseRow({ title, startedAt, endedAt, percent, packages }, until) {
  const end = endedAt ?? until;
  const isNow = endedAt === undefined;
  const bar =
    isNow && percent !== undefined
      ? make('progress', { max: '100', value: String(percent) }, `${percent} %`)
      : undefined;
  const facts = [
    ...(isNow && percent !== undefined ? [` ${Math.round(percent)} %`] : []),
    ...(packages === undefined ? [] : [` ${packages.done} of ${packages.total} packages`]),
  ];
  return make(
    'li',
    { 'data-phase': plain(title) },
    make('span', {}),
    make('span', { class: 'phase' }, plain(title)),
    make('span', { class: 'time phase' }, end === undefined ? '' : duration((end - startedAt) / 1000)),
    make('span', { class: 'quiet' }, bar, ...facts),
  );
}
