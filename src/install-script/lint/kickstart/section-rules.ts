import { nearestWord } from '../../../foundation/nearest-word.ts';
import { type KickstartSection, optionValue } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';
import { isEndless, isKickseed } from './kickstart-release.ts';

type Rule = LintRule<ScriptOf<'kickstart'>>;

/** What was meant to be the `%end` of a section that has none. */
function mistypedEnd({ body }: KickstartSection): string | undefined {
  const slip = body.find(
    ({ text }) => /^\s*%/.test(text) && nearestWord(text.trim(), ['%end']) !== undefined,
  );
  return slip && `in line ${slip.line} write %end, not ${slip.text.trim()}`;
}

function unclosed(section: KickstartSection, next: KickstartSection | undefined): Hit {
  const { line, name } = section;
  const message =
    next === undefined
      ? `section ${name} has no %end; all that follows belongs to it`
      : `section ${name} has no %end before ${next.name} in line ${next.line}, where the installer stops`;
  return { line, message, fix: mistypedEnd(section) ?? 'add the line: %end' };
}

const unclosedSection: Rule = {
  id: 'kickstart.unclosed-section',
  severity: 'error',
  about: 'a section without %end; Anaconda stops at it',
  check: ({ document: { sections } }, { os }) =>
    isEndless(os)
      ? []
      : sections.flatMap((section, index) =>
          section.closed ? [] : [unclosed(section, sections[index + 1])],
        ),
};

const strayEnd: Rule = {
  id: 'kickstart.stray-end',
  severity: 'error',
  about: 'an %end, which kickseed takes for the name of a package or for a command',
  check: ({ text }, { os }) =>
    isKickseed(os)
      ? text.split('\n').flatMap((line, index) =>
          /^\s*%end\b/.test(line)
            ? [
                {
                  line: index + 1,
                  message:
                    'kickseed knows no %end: it becomes the name of a package or a command of the script',
                  fix: 'remove the line; a section ends where the next one begins',
                },
              ]
            : [],
        )
      : [],
};

const unknownSection: Rule = {
  id: 'kickstart.unknown-section',
  severity: 'error',
  about: 'a section Anaconda does not know, or an %end without one',
  check: ({ document }) =>
    document.commands
      .filter(({ name }) => name.startsWith('%') && !['%include', '%ksappend'].includes(name))
      .map(({ line, name }) => ({
        line,
        message: name === '%end' ? '%end stands outside every section' : `${name} is no section of kickstart`,
        fix: 'remove it or correct the word',
      })),
};

/** Places that exist in the running installer or come over the network. */
const ELSEWHERE = /^(?:https?|ftp|nfs):|^\/(?:proc|run\/install|usr)\//;

const includeMissing: Rule = {
  id: 'kickstart.include-missing',
  severity: 'error',
  about: 'a %include of a file that no %pre section writes',
  check: ({ document }) => {
    const written = document.sections
      .filter(({ name }) => name === '%pre')
      .flatMap(({ body }) => body.map(({ text }) => text))
      .join('\n');
    const inSections = document.sections
      .filter(({ name }) => name === '%packages')
      .flatMap(({ body }) => body)
      .flatMap(({ line, text }) => {
        const path = /^%include\s+(\S+)/.exec(text)?.[1];
        return path === undefined ? [] : [{ line, path }];
      });
    const outside = document.commands
      .filter(({ name }) => name === '%include' || name === '%ksappend')
      .map(({ line, words }) => ({ line, path: words[0] ?? '' }));
    return [...outside, ...inSections]
      .filter(({ path }) => !isPlaceholder(path) && !ELSEWHERE.test(path))
      .filter(({ path }) => path === '' || !written.includes(path))
      .map(({ line, path }) => ({
        line,
        message: `${path || 'nothing'} is included, but no %pre section writes it and the installer gets this script alone`,
        fix: 'copy its text here, give a URL, or write the file in %pre',
      }));
  },
};

/** `%post --nochroot` and `%pre` can be told by the installer to fail; without the option a failure is only logged. */
const unchecked: Rule = {
  id: 'kickstart.unchecked-script',
  severity: 'note',
  about: 'a %pre or %post whose failure Anaconda passes over',
  check: ({ document }, { os }) =>
    (isKickseed(os) ? [] : document.sections)
      .filter(
        ({ name, options }) =>
          (name === '%post' || name === '%pre') && !options.some((o) => o.name === '--erroronfail'),
      )
      .filter(({ body }) =>
        body.some(({ text }) => !/^\s*(#|$)/.test(text) && !/^\{\{\w+\}\}$/.test(text.trim())),
      )
      .map(({ line, name }) => ({
        line,
        message: `a command that fails in this ${name} does not fail the install`,
        fix: `write: ${name} --erroronfail`,
      })),
};

const fixedNic: Rule = {
  id: 'kickstart.fixed-nic',
  severity: 'warning',
  about: 'a network device named after this VM, which the image carries elsewhere',
  check: ({ document }) =>
    document.commands.flatMap((command) => {
      const device = command.name === 'network' ? optionValue(command, '--device') : undefined;
      const bound =
        device !== undefined && /^(?:eth\d|en[ospx]|[0-9a-f]{2}(?::[0-9a-f]{2}){5}$)/i.test(device);
      if (!bound) return [];
      const message = `the network configuration is bound to ${device}, which other machines do not have`;
      return [{ line: command.line, message, fix: 'write: --device=link' }];
    }),
};

export const SECTION_RULES: readonly Rule[] = [
  unclosedSection,
  strayEnd,
  unknownSection,
  includeMissing,
  unchecked,
  fixedNic,
];
