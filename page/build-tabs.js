/** @typedef {import('../src/serve/page-messages.ts').StoryAnswer} StoryAnswer */
/** @typedef {import('./timeline-state.js').Timeline} Timeline */
/** @typedef {'console' | 'boot-check' | 'screen' | 'evidence'} TabName */

/** @type {Record<TabName, string>} */
export const TAB_TITLES = {
  console: 'Console',
  'boot-check': 'Console of the boot check',
  screen: 'Screen',
  evidence: 'Evidence',
};

/** @param {Pick<StoryAnswer['build'], 'status' | 'kept'>} build */
export const mayHaveGuest = ({ status, kept }) => isOpen(status) || kept;

/** @param {StoryAnswer['build']['status']} status */
const isOpen = (status) => status === 'running' || status === 'interrupted';

/**
 * What there is to look at. A console to which nobody wrote is none, unless its guest may still speak.
 * @param {{ build: Pick<StoryAnswer['build'], 'status' | 'kept'>, evidence: readonly string[] }} story
 * @param {Pick<Timeline, 'stages'>} timeline what a build has told since its story was read
 * @returns {TabName[]}
 */
export function tabsOf({ build, evidence }, { stages }) {
  const boots = stages.some(({ stage, state }) => stage === 'boot-check' && state !== 'skipped');
  /** @type {Record<TabName, boolean>} */
  const isThere = {
    console: mayHaveGuest(build) || evidence.includes('serial.log'),
    'boot-check': (isOpen(build.status) && boots) || evidence.includes('boot-check.serial.log'),
    screen: mayHaveGuest(build),
    evidence: true,
  };
  return /** @type {TabName[]} */ (Object.keys(TAB_TITLES)).filter((name) => isThere[name]);
}
