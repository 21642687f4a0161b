import { complexOption } from './options/all-options.ts';
import type { SubOption } from './options/option-table.ts';
import { rowsOf } from './parse-option-use.ts';

/** `--xml` changes the domain; its text is read by its own rules (takeXmlChanges). */
const XML_LINES = ['xpath.create', 'xpath.delete', 'xpath.set', 'xpath.value']
  .map((name) => `  ${name}\n`)
  .join('');

/** The sub-options of an option, one a line, with what each may be. */
export function subOptionHelp(name: string): string {
  if (name === 'xml') return `--xml options (xpath.set may be given without a name):\n${XML_LINES}\n`;
  const option = complexOption(name);
  const first =
    option.positional.length === 0 ? '' : ` (${option.positional.join(', ')} may be given without a name)`;
  const lines = [...rowsOf(option)].sort(([a], [b]) => a.localeCompare(b, 'en')).map(lineOf);
  return `--${name} options${first}:\n${lines.join('')}\n`;
}

function lineOf([name, , details = {}]: SubOption): string {
  const { kind = 'text', alias = [], values } = details;
  const words = {
    int: 'number',
    'yes-no': 'on|off',
    'on-off': 'on|off',
    flag: 'on|off',
    switch: 'on|off',
    file: 'path',
    text: '',
  };
  const what = values === undefined ? words[kind] : values.join('|');
  const also = alias.length === 0 ? '' : ` (also ${alias.join(', ').replaceAll('#', '[0-9]*')})`;
  return `  ${name.replaceAll('#', '[0-9]*')}${what === '' ? '' : `=${what}`}${also}\n`;
}
