import { SpecError } from '../../foundation/errors.ts';
import { formatSize } from '../../foundation/size.ts';
import { LARGEST_SCRIPT } from '../write-ipxe-iso.ts';
import { actionLines } from './action-lines.ts';
import type { ExtraMenu, MenuOptions } from './menu-options.ts';
import { ATTENDED, againLines, failedLines } from './script-lines.ts';

/**
 * A menu of the user's folder. Choices made beforehand are among the first menu's entries.
 * @throws SpecError `ipxe.script-too-large`
 */
export function customMenu(menu: ExtraMenu, options: MenuOptions): string {
  const isFirst = menu === options.custom[0];
  const lines = [
    '#!ipxe',
    ...(isFirst ? ['isset ${kiln_entry} && goto chosen ||'] : []),
    ':start',
    `menu ${menu.title}  -  ${options.title} ${options.version}`,
    ...menu.entries.map(({ key, title }) => `item ${key} ${title}`),
    'item back Back',
    'choose kiln_pick || exit 0',
    'iseq ${kiln_pick} back && exit 0 ||',
    ...ATTENDED,
    'goto entry_${kiln_pick}',
    ...(isFirst ? [':chosen', 'goto entry_${kiln_entry} || goto failed'] : []),
    ...menu.entries.flatMap((entry) => [`:entry_${entry.key}`, ...actionLines(entry, options.signed)]),
    // What was chosen beforehand is over: the main menu waits for somebody, and then takes its default.
    ':ended',
    'isset ${kiln_os} && exit 0 ||',
    'goto again',
    ...failedLines('again'),
    ...againLines('start'),
  ];
  const text = `${lines.join('\n')}\n`;
  requireSmall(text, menu.source);
  return text;
}

function requireSmall(text: string, source: string): void {
  const size = Buffer.byteLength(text);
  if (size <= LARGEST_SCRIPT) return;
  throw new SpecError(
    'ipxe.script-too-large',
    `${source} makes a menu of ${formatSize(size)}; one may have ${formatSize(LARGEST_SCRIPT)}. Move entries into other .yaml files of ` +
      'the folder and have an entry with "menu" lead to each.',
    { details: { where: source, size, largest: LARGEST_SCRIPT } },
  );
}
