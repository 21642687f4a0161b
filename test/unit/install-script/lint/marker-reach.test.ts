import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';
import { mendScript } from '../../../../src/install-script/lint/mend-script.ts';

const LATE = 'd-i preseed/late_command string';
const MARK = '{{completion_marker_command}}';
const found = (text: string) =>
  lintScript({ text, kind: 'preseed', target: {} })
    .filter(({ rule }) => rule === 'script.no-marker')
    .map(({ line, severity, message }) => ({ line, severity, message }));

describe('a marker that stands where nothing runs it', () => {
  it.each([
    [
      'behind a comment',
      `${LATE} set -e; \\\n # the site's own name servers \\\n cp a b; \\\n ${MARK}\n`,
      2,
      /#/,
    ],
    ['behind a comment in quotes of its own', `${LATE} echo "# no"; a # b; ${MARK}\n`, 1, /#/],
    ['behind an exit', `${LATE} set -e; \\\n cp a b; \\\n exit 0; ${MARK}\n`, 3, /exit/],
    [
      'behind an exit with a case further on',
      `${LATE} set -e; exit 0; \\\n case $a in b) c ;; esac; ${MARK}\n`,
      1,
      /exit/,
    ],
    ['behind a case and an exit', `${LATE} case $a in b) c ;; esac; \\\n exit 0; ${MARK}\n`, 2, /exit/],
    ['behind a lost backslash', `${LATE} mkdir -p /a;\n cp /a/b /c/d; ${MARK}\n`, 2, /late_command/],
    ['behind a backslash with a blank', `${LATE} mkdir -p /a; \\ \n ${MARK}\n`, 2, /late_command/],
    ['in an answer that another replaces', `${LATE} ${MARK}\n${LATE} true\n`, 1, /late_command/],
    ['in an answer that is no command', `d-i passwd/user-fullname string ${MARK}\n`, 1, /late_command/],
  ])('%s', (_where, text, line, message) => {
    expect(found(text)).toEqual([{ line, severity: 'error', message: expect.stringMatching(message) }]);
  });

  it.each([
    ['an exit on success', `${LATE} true && exit; ${MARK}\n`],
    ['an exit in a bracket', `${LATE} ( a; exit 0 ) && ${MARK}\n`],
    ['an exit in an if', `${LATE} if a; then exit 0; fi; ${MARK}\n`],
    ['an exit in braces that fails', `${LATE} a || { echo no; exit 1; }; ${MARK}\n`],
    ['an exit on failure', `${LATE} a || exit 1; ${MARK}\n`],
    ['an exit in a quoted program', `${LATE} in-target sh -c 'a; exit 0'; ${MARK}\n`],
    ['an exit in a case', `${LATE} case a in b) exit 0;; esac; ${MARK}\n`],
    ['an exit as an argument', `${LATE} echo; grep exit /x; ${MARK}\n`],
    ['a # inside of a word', `${LATE} echo a#b; ${MARK}\n`],
    ['a # in a quote', `${LATE} in-target sh -c 'echo "#1"'; ${MARK}\n`],
    ['a quote that goes on behind it', `${LATE} in-target sh -c "a; ${MARK}"\n`],
    [
      'a command that runs at another time',
      `d-i preseed/early_command string echo "${MARK}" > /usr/lib/finish-install.d/99\n`,
    ],
    ['one that is reached besides one that is not', `${LATE} ( exit 0; ${MARK} ) && ${MARK}\n`],
  ])('is not told for %s', (_where, text) => {
    expect(found(text)).toEqual([]);
  });

  it('is mended where that is safe, as a missing one is', () => {
    const text = `${LATE} cp a b; exit 0; ${MARK}\n`;
    const mended = mendScript({ text, kind: 'preseed', target: {}, label: 'x', filled: (all) => all });
    expect(mended.mended).toContain('script.no-marker');
    expect(mended.text).toContain(`( cp a b; exit 0; ${MARK} ) && ${MARK}\n`);
    expect(found(mended.text)).toEqual([]);
  });
});
