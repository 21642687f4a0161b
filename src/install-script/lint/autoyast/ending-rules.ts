import { type PlacedXmlNode, parseXmlDocument } from '../../../foundation/parse-xml.ts';
import { allNodes, nodeAt } from '../../../foundation/xml-node.ts';
import { insertBelow, setBoolean } from '../../edit/autoyast-edits.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { consolesLacking, SERIAL_CONSOLE } from '../serial-console.ts';

type Script = ScriptOf<'autoyast'>;
type Rule = LintRule<Script>;

const MODE = ['general', 'mode'] as const;
const modeOf = ({ document: { root } }: Script, name: string): PlacedXmlNode | undefined =>
  nodeAt(root, ...MODE, name);
const isTrue = (element: PlacedXmlNode | undefined): boolean => element?.text.trim() === 'true';
const isFalse = (element: PlacedXmlNode | undefined): boolean => element?.text.trim() === 'false';

const confirms: Rule = {
  id: 'autoyast.confirms',
  severity: 'error',
  about: 'confirm is not false: YaST shows its proposal and waits',
  check: (script) => {
    const confirm = modeOf(script, 'confirm');
    if (script.document.root === undefined || isFalse(confirm)) return [];
    const fix = 'add to general/mode: <confirm config:type="boolean">false</confirm>';
    return [{ line: confirm?.line ?? 1, message: 'YaST shows its proposal and waits for somebody', fix }];
  },
  mend: ({ text }) => setBoolean(text, [...MODE, 'confirm'], false),
};

const noEnding: Rule = {
  id: 'autoyast.no-ending',
  severity: 'warning',
  about: 'neither halt nor final_halt: the guest restarts into the second stage',
  check: (script) => {
    const ends = isTrue(modeOf(script, 'halt')) || isTrue(modeOf(script, 'final_halt'));
    if (script.document.root === undefined || ends) return [];
    const fix = 'add to general/mode: <halt config:type="boolean">true</halt>';
    return [{ line: MISSING, message: 'nothing powers the guest off after the installation', fix }];
  },
  mend: ({ text }) => setBoolean(text, [...MODE, 'halt'], true),
};

const secondStage: Rule = {
  id: 'autoyast.second-stage',
  severity: 'warning',
  about: 'the second stage would run at the first start of the image',
  check: (script) => {
    const stage = modeOf(script, 'second_stage');
    if (script.document.root === undefined || isFalse(stage) || isTrue(modeOf(script, 'final_halt')))
      return [];
    const fix = 'add to general/mode: <second_stage config:type="boolean">false</second_stage>';
    return [
      {
        line: stage?.line ?? 1,
        message: 'the build ends with the first stage; YaST would go on when the image starts',
        fix,
      },
    ];
  },
  mend: ({ text }) => setBoolean(text, [...MODE, 'second_stage'], false),
};

const twoEndings: Rule = {
  id: 'autoyast.two-endings',
  severity: 'error',
  about: 'two endings that contradict each other',
  check: (script) => {
    const names = ['halt', 'final_halt', 'final_reboot', 'forceboot'];
    const said = names.map((name) => modeOf(script, name)).filter((element) => isTrue(element));
    const last = said.at(-1);
    // Both restart the guest, after the first stage and after the second.
    const restarts = said.every((element) => ['forceboot', 'final_reboot'].includes(element?.name ?? ''));
    if (said.length < 2 || last === undefined || restarts) return [];
    const words = said.map((element) => element?.name).join(' and ');
    return [
      { line: last.line, message: `the profile ends in two ways: ${words}`, fix: 'remove all but one' },
    ];
  },
};

/** A timeout of 0 means for ever (AutoYaST guide, "Reporting"). */
const reportWaits: Rule = {
  id: 'autoyast.report-waits',
  severity: 'warning',
  about: 'messages, warnings or errors that wait for a click',
  check: ({ document: { root } }) =>
    (nodeAt(root, 'report')?.children ?? [])
      .filter((part) => nodeAt(part, 'timeout')?.text.trim() === '0' && !isFalse(nodeAt(part, 'show')))
      .map(
        ({ name, line }): Hit => ({
          line,
          message: `${name} are shown until somebody clicks`,
          fix: 'write a timeout of some seconds: <timeout config:type="integer">10</timeout>',
        }),
      ),
};

const noConsole: Rule = {
  id: 'autoyast.no-serial-console',
  severity: 'warning',
  about: 'the installed system says nothing on its serial port',
  check: ({ document: { root }, text }) =>
    root === undefined || /console=ttyS0/.test(text)
      ? []
      : [
          {
            line: MISSING,
            message: 'the installed kernel is given no serial console',
            fix: `add to bootloader/global: <append>${SERIAL_CONSOLE}</append>`,
          },
        ],
  mend: ({ text }) => {
    const append = nodeAt(parseXmlDocument(text).root, 'bootloader', 'global', 'append');
    if (append === undefined)
      return insertBelow(text, ['bootloader', 'global'], `<append>${SERIAL_CONSOLE}</append>`);
    if (allNodes(append).length > 1 || append.contentEnd === append.end) return undefined;
    return `${text.slice(0, append.contentEnd).trimEnd()} ${consolesLacking(append.text)}${text.slice(append.contentEnd)}`;
  },
};

export const ENDING_RULES: readonly Rule[] = [
  confirms,
  noEnding,
  secondStage,
  twoEndings,
  reportWaits,
  noConsole,
];
