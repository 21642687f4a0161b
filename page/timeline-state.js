/** @typedef {import('../src/serve/page-messages.ts').EventsMessage} EventsMessage */

/**
 * What a stage does, told by its own words: the installer's phase, a file being fetched.
 * @typedef {{ title: string, startedAt: number, endedAt?: number, percent?: number, packages?: { done: number, total: number } }} Phase
 */

/**
 * @typedef {{
 *   stage: string,
 *   state: 'running' | 'done' | 'skipped' | 'failed',
 *   startedAt: number,
 *   endedAt?: number,
 *   note?: string,
 *   phases: Phase[],
 *   remainingSeconds?: number,
 * }} Stage
 */

/**
 * @typedef {{
 *   stages: Stage[],
 *   notices: string[],
 *   startedAt?: number,
 *   end?: { kind: 'finished' } | { kind: 'failed', code: string, message: string },
 *   isOver: boolean,
 * }} Timeline
 */

const MOST_PHASES = 200;
const MOST_NOTICES = 50;

/** @returns {Timeline} */
export const emptyTimeline = () => ({ stages: [], notices: [], isOver: false });

/**
 * Takes one event into the timeline. What a later process tells of a stage that is done already ("done before") changes nothing.
 * @param {Timeline} timeline changed in place
 * @param {EventsMessage} event
 */
export function takeEvent(timeline, event) {
  switch (event.type) {
    case 'build-started':
      timeline.startedAt ??= event.at;
      break;
    case 'stage-started':
      begin(timeline, event.stage, event.at);
      break;
    case 'stage-progress':
      progress(running(timeline, event.stage, event.at), event);
      break;
    case 'stage-skipped':
      if (!timeline.stages.some(({ stage }) => stage === event.stage)) {
        end(begin(timeline, event.stage, event.at), 'skipped', event.at, event.why);
      }
      break;
    case 'stage-finished':
      end(running(timeline, event.stage, event.at), 'done', event.at, event.note);
      break;
    case 'stage-failed':
      end(running(timeline, event.stage, event.at), 'failed', event.at);
      break;
    case 'notice':
      timeline.notices.push(event.message);
      if (timeline.notices.length > MOST_NOTICES) timeline.notices.shift();
      break;
    case 'build-finished':
      timeline.end = { kind: 'finished' };
      break;
    case 'build-failed':
      timeline.end = { kind: 'failed', code: event.code, message: event.message };
      break;
    case 'no-more-events':
      timeline.isOver = true;
      break;
  }
}

/**
 * @param {Timeline} timeline
 * @param {string} stage
 * @param {number} at
 */
function begin(timeline, stage, at) {
  const known = timeline.stages.find((one) => one.stage === stage);
  // A second process does it again or goes on with it.
  if (known !== undefined) {
    known.state = 'running';
    delete known.endedAt;
    return known;
  }
  /** @type {Stage} */
  const begun = { stage, state: 'running', startedAt: at, phases: [] };
  timeline.stages.push(begun);
  return begun;
}

/**
 * @param {Timeline} timeline
 * @param {string} stage
 * @param {number} at
 */
function running(timeline, stage, at) {
  const known = timeline.stages.find((one) => one.stage === stage && one.state === 'running');
  return known ?? begin(timeline, stage, at);
}

/**
 * @param {Stage} stage
 * @param {Extract<EventsMessage, { type: 'stage-progress' }>} event
 */
function progress(stage, event) {
  const last = stage.phases.at(-1);
  if (last?.title !== event.detail) {
    if (last !== undefined) last.endedAt = event.at;
    stage.phases.push({ title: event.detail, startedAt: event.at });
    // A stage that names a thousand files one by one is told by its last ones.
    if (stage.phases.length > MOST_PHASES) stage.phases.shift();
  }
  const phase = /** @type {Phase} */ (stage.phases.at(-1));
  if (event.percent !== undefined) phase.percent = event.percent;
  if (event.packages !== undefined) phase.packages = event.packages;
  if (event.remainingSeconds === undefined) delete stage.remainingSeconds;
  else stage.remainingSeconds = event.remainingSeconds;
}

/**
 * @param {Stage} stage
 * @param {Stage['state']} state
 * @param {number} at
 * @param {string} [note]
 */
function end(stage, state, at, note) {
  stage.state = state;
  stage.endedAt = at;
  if (note !== undefined) stage.note = note;
  const last = stage.phases.at(-1);
  if (last !== undefined) last.endedAt ??= at;
  delete stage.remainingSeconds;
}
