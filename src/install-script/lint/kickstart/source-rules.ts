import { insertBeforeSections } from '../../edit/kickstart-edits.ts';
import { optionValue } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller, type LintTarget } from '../lint-target.ts';
import { isKickseed } from './kickstart-release.ts';

type Script = ScriptOf<'kickstart'>;
type Rule = LintRule<Script>;

const SOURCES = new Set(
  'cdrom url nfs harddrive hmc liveimg ostreesetup ostreecontainer bootc rhsm'.split(' '),
);
const sourcesOf = ({ document }: Script) => document.commands.filter(({ name }) => SOURCES.has(name));

const WEB = /^https?:\/\//;
const isIso = (from: string): boolean => /\.iso$/i.test(from);
const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/**
 * The command that means the media the build starts from; undefined when Anaconda is told on its kernel line alone, and for kickseed,
 * whose installer finds its CD-ROM by itself.
 */
function sourceFor({ media, os }: LintTarget): string | undefined {
  if (media === undefined || media.kind === 'import' || isKickseed(os)) return undefined;
  if (media.kind === 'cdrom' || isIso(media.from)) return 'cdrom';
  return WEB.test(media.from) && !/@/.test(media.from)
    ? `url --url="${withoutSlash(media.from)}"`
    : undefined;
}

const disagrees: Rule = {
  id: 'kickstart.source-disagrees',
  severity: 'error',
  about: 'cdrom, where the build starts from a network tree and the guest has no CD-ROM',
  check: (script, target) => {
    const wanted = sourceFor(target);
    if (wanted === undefined || wanted === 'cdrom' || isTestInstaller(target)) return [];
    return sourcesOf(script)
      .filter(({ name }) => name === 'cdrom')
      .map(({ line }) => ({
        line,
        message: 'cdrom: the build boots from a network tree, and the guest has no CD-ROM with packages',
        fix: `write: ${wanted}`,
      }));
  },
};

const otherSource: Rule = {
  id: 'kickstart.other-source',
  severity: 'warning',
  about: 'packages come from another tree than the installer itself',
  check: (script, target) => {
    const { media } = target;
    if (media === undefined || !WEB.test(media.from) || isIso(media.from) || isTestInstaller(target))
      return [];
    return sourcesOf(script).flatMap((command): Hit[] => {
      const url = optionValue(command, '--url');
      const same = url === undefined || withoutSlash(url) === withoutSlash(media.from);
      if (same || isPlaceholder(url)) return [];
      const message = `packages come from ${url}, installer and kernel from elsewhere: they must be of one release`;
      return [{ line: command.line, message, fix: `build with --location ${url}` }];
    });
  },
};

const noSource: Rule = {
  id: 'kickstart.no-source',
  severity: 'note',
  about: 'no url, cdrom or the like: the installer takes the media it was started from',
  check: (script, target) =>
    sourcesOf(script).length > 0 || sourceFor(target) === undefined || isTestInstaller(target)
      ? []
      : [
          {
            line: MISSING,
            message: 'nothing says where packages come from',
            fix: `add the line: ${sourceFor(target)}`,
          },
        ],
  mend: ({ text }, target) => {
    const source = sourceFor(target);
    return source === undefined ? undefined : insertBeforeSections(text, source);
  },
};

export const SOURCE_RULES: readonly Rule[] = [disagrees, otherSource, noSource];
