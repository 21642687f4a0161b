import { resolve } from 'node:path';
import type { XmlNode } from '../../foundation/xml-node.ts';
import { decimal } from '../check-value.ts';
import type { ComplexOption, SubOption, ValueKind } from '../options/option-table.ts';
import { rowFinder } from '../parse-option-use.ts';
import { type OptionUse, parseSwitch, switchOf } from '../virt-install-options.ts';
import { makeNode, pruneEmpty, removeAt } from '../xml-path.ts';
import { complain, type Guest, pathOf, write } from './guest.ts';
import { parseXmlChange, type XmlChangeWords } from './xml-change.ts';

/** What an option does with a sub-option that has no place of its own. */
export type OwnValues = Readonly<Record<string, (value: string, name: string) => void>>;

/**
 * Writes one use of an option into its element, sub-option by sub-option in the order of the option's table; `own` takes those that
 * need more than a place. Sub-options given empty unset what an earlier use has set.
 */
export function takeValues(
  guest: Guest,
  option: ComplexOption,
  use: OptionUse,
  node: XmlNode,
  own: OwnValues = {},
): void {
  if (switchOf(use, 'clearxml') === true) {
    node.attributes.clear();
    node.children = [];
    node.text = '';
  }
  for (const { row, name, value } of inTableOrder(option, use)) {
    if (value === '') {
      if (row[1] !== '') unset(node, placeOf(row, name));
      continue;
    }
    guest.given.add(`${option.name}.${row[0]}`);
    if (row[2]?.skipDefault && value === 'default') continue;
    const handler = own[row[0]];
    if (handler !== undefined) handler(value, name);
    else if (row[1] !== '') writeRow(guest, node, row, name, value);
  }
  noteChanges(guest, option, use, node);
}

type GivenRow = { readonly row: SubOption; readonly name: string; readonly value: string };

function inTableOrder(option: ComplexOption, use: OptionUse): GivenRow[] {
  const find = rowFinder(option);
  const rows = Object.entries(use.values).flatMap(([name, value]): GivenRow[] => {
    const row = find(name)?.row;
    return row === undefined ? [] : [{ row, name, value }];
  });
  const place = (row: SubOption): number => option.rows.indexOf(row);
  return rows.sort(
    (a, b) => place(a.row) - place(b.row) || a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}

function unset(node: XmlNode, place: string): void {
  removeAt(node, pathOf(place));
  pruneEmpty(node, pathOf(place));
}

function writeRow(guest: Guest, node: XmlNode, row: SubOption, name: string, value: string): void {
  const path = placeOf(row, name);
  const isYes = parseSwitch(value);
  if (row[2]?.kind === 'flag') {
    if (isYes) makeNode(node, pathOf(path));
    else removeAt(node, pathOf(path));
  } else write(node, path, written(guest, row[2]?.kind ?? 'text', value));
}

function written(guest: Guest, kind: ValueKind, value: string): string {
  if (kind === 'int') return decimal(value);
  if (kind === 'yes-no') return parseSwitch(value) ? 'yes' : 'no';
  if (kind === 'on-off') return parseSwitch(value) ? 'on' : 'off';
  return kind === 'file' ? resolve(guest.facts.workingDirectory, value) : value;
}

/** `numa.cell1.id` of the place `./numa/cell[#]/@id` → `./numa/cell[2]/@id`. */
function placeOf([rowName, place]: SubOption, name: string): string {
  if (!rowName.includes('#')) return place;
  const pattern = new RegExp(`^${rowName.replaceAll('.', '\\.').replaceAll('#', '(\\d+)')}$`);
  const indexes = pattern.exec(name)?.slice(1) ?? [];
  let next = 0;
  return place.replaceAll('[#]', () => {
    const index = Number(indexes[next] ?? 0);
    next += 1;
    return `[${index + 1}]`;
  });
}

/** `xpath0.set=…`: kept until the whole XML stands. */
function noteChanges(guest: Guest, option: ComplexOption, use: OptionUse, node: XmlNode): void {
  const changes = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(use.values)) {
    const match = /^xpath(\d+)\.(delete|set|create|value)$/.exec(name);
    const [, index = '', part = ''] = match ?? [];
    if (match !== null && value !== '') changes.set(index, { ...changes.get(index), [part]: value });
  }
  for (const [, words] of [...changes].sort(([a], [b]) => Number(a) - Number(b))) {
    const change = parseXmlChange(words as XmlChangeWords, node.name);
    if (typeof change === 'string') complain(guest, option.name, use, change);
    else guest.changes.push({ where: `--${option.name} ${use.text}`, node, change });
  }
}
