import { make, plain } from './dom.js';

/** @typedef {import('../src/serve/page-messages.ts').StoryAnswer} StoryAnswer */

const LAST_LINES = 30;

/**
 * Why a build failed and what it left: the cause, the lines of the script that mend it, the console's end, pictures, logs.
 * @param {StoryAnswer} story
 */
export function evidenceView({ build, folderExists, failure, evidence }) {
  const base = `api/builds/${encodeURIComponent(build.id)}`;
  /** @param {string} name */
  const link = (name) => `${base}/logs/${name.split('/').map(encodeURIComponent).join('/')}`;
  /**
   * @param {string} title
   * @param {...Node} children
   */
  const section = (title, ...children) =>
    children.length === 0 ? undefined : make('section', {}, make('h2', {}, title), ...children);
  const pictures = evidence.filter((name) => name.endsWith('.png'));
  const cause = failure?.patternAt === undefined ? failure?.patternId : `the pattern in ${failure.patternAt}`;
  const tail = (failure?.consoleTail ?? []).slice(-LAST_LINES).map(plain).join('\n');
  return make(
    'div',
    { class: 'evidence' },
    build.error === undefined
      ? undefined
      : make('p', { class: 'error' }, plain(`${build.error.message} [${build.error.code}]`)),
    cause === undefined ? undefined : make('p', {}, `Cause: ${plain(cause)}`),
    section('The install script', ...(failure?.script ?? []).map((line) => make('pre', {}, plain(line)))),
    section('The end of the console', ...(tail === '' ? [] : [make('pre', {}, tail)])),
    section(
      'Screens',
      ...pictures.map((name) =>
        make('p', {}, make('img', { src: link(name), alt: plain(name) }), make('br', {}), plain(name)),
      ),
    ),
    section(
      'Files',
      make(
        'ul',
        {},
        ...evidence.map((name) =>
          make('li', {}, make('a', { href: link(name), target: '_blank', rel: 'noreferrer' }, plain(name))),
        ),
      ),
      make(
        'p',
        {},
        make('a', { href: `${base}/report.tar.gz`, download: '' }, 'Download everything as one archive'),
        ', with what looks secret replaced by stars.',
      ),
    ),
    make('p', { class: 'quiet' }, plain(folderExists ? build.directory : `gone: ${build.directory}`)),
  );
}
