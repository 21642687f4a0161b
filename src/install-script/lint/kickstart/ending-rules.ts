import { insertBeforeSections } from '../../edit/kickstart-edits.ts';
import { endedLine } from '../../edit/text-edits.ts';
import type { LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { consolesLacking, SERIAL_CONSOLE } from '../serial-console.ts';
import { isKickseed } from './kickstart-release.ts';

type Rule = LintRule<ScriptOf<'kickstart'>>;

const ENDINGS = new Set(['poweroff', 'reboot', 'shutdown', 'halt']);
const endingsOf = ({ document }: ScriptOf<'kickstart'>) =>
  document.commands.filter(({ name }) => ENDINGS.has(name));

/** pykickstart's default is `halt`: the installer waits for a key, or leaves the guest standing. */
const noEnding: Rule = {
  id: 'kickstart.no-ending',
  severity: 'error',
  about: "no poweroff, shutdown or reboot: Anaconda's default halts and waits",
  check: (script) =>
    endingsOf(script).length > 0
      ? []
      : [
          {
            line: MISSING,
            message: 'nothing ends the installation: the default is to halt and wait',
            fix: 'add the line: poweroff',
          },
        ],
  mend: ({ text }) => insertBeforeSections(text, 'poweroff'),
};

const halts: Rule = {
  id: 'kickstart.halts',
  severity: 'error',
  about: 'halt leaves the guest running',
  check: (script) =>
    endingsOf(script)
      .slice(-1)
      .filter(({ name }) => name === 'halt')
      .map(({ line }) => ({
        line,
        message: 'halt leaves the guest running for ever',
        fix: 'write poweroff instead',
      })),
};

/** They are one command to pykickstart. */
const twoEndings: Rule = {
  id: 'kickstart.two-endings',
  severity: 'warning',
  about: 'two endings that contradict each other: the last one counts',
  check: (script) => {
    const endings = endingsOf(script);
    const words = [...new Set(endings.map(({ name }) => (name === 'shutdown' ? 'poweroff' : name)))];
    const last = endings.at(-1);
    if (words.length < 2 || last === undefined) return [];
    const where = endings.map(({ line }) => line).join(' and ');
    const message = `the script ends in two ways: ${words.join(' and ')} (lines ${where}), and the last one counts`;
    return [{ line: last.line, message, fix: 'remove all but one' }];
  },
};

const KICKSEED_CONSOLE = `preseed debian-installer/add-kernel-opts string "${SERIAL_CONSOLE}"`;

/** The option of `bootloader`, and what it says. */
const appendOf = (line: string) => /--append(?:=|\s+)(["']?)([^"']*?)\1(?=\s|$)/.exec(line);

/** Kiln's boot check, and whoever has only a serial port, read the system's first serial console. */
const noConsole: Rule = {
  id: 'kickstart.no-serial-console',
  severity: 'warning',
  about: 'the installed system says nothing on its serial port',
  check: ({ document, text }, { family, os }) => {
    if (family === 'test-installer' || /console=ttyS0/.test(text)) return [];
    const message = 'the installed kernel is given no serial console';
    if (isKickseed(os)) return [{ line: MISSING, message, fix: `add the line: ${KICKSEED_CONSOLE}` }];
    const loader = document.commands.find(({ name }) => name === 'bootloader');
    const fix = loader
      ? `add to the line: --append="${consolesLacking(appendOf(loader.text)?.[2] ?? '')}"`
      : `add the line: bootloader --append="${SERIAL_CONSOLE}"`;
    return [{ line: loader?.line ?? 1, message, fix }];
  },
  mend: ({ document, text }, { os }) => {
    if (isKickseed(os)) return insertBeforeSections(text, KICKSEED_CONSOLE);
    const loaders = document.commands.filter(({ name }) => name === 'bootloader');
    const [loader] = loaders;
    if (loader === undefined) return insertBeforeSections(text, `bootloader --append="${SERIAL_CONSOLE}"`);
    if (loaders.length > 1 || loader.openQuote || loader.text.includes('#')) return undefined;
    const lines = text.split('\n');
    const [option, , args = ''] = appendOf(loader.text) ?? [];
    // Quotes within quotes are left to whoever wrote them.
    if (option === undefined && loader.text.includes('--append')) return undefined;
    const whole = `--append="${[args, consolesLacking(args)].filter(Boolean).join(' ')}"`;
    lines[loader.line - 1] =
      option === undefined ? `${loader.text.trimEnd()} ${whole}` : loader.text.replace(option, () => whole);
    return endedLine(lines.join('\n'));
  },
};

export const ENDING_RULES: readonly Rule[] = [noEnding, halts, twoEndings, noConsole];
