import type { Publication } from '../publish/publication.ts';
import { safeLine } from './safe-text.ts';
import type { Style } from './style.ts';

const DONE: Readonly<Record<Publication['action'], string>> = {
  created: 'Published',
  unchanged: 'There already, as wanted:',
  updated: 'There already, description brought up to date:',
  replaced: 'Published in place of an older one:',
  planned: 'Would publish',
};

/** The last lines of a publication: what it is now, where, and the command that uses it. */
export function publicationText(publication: Publication, style: Style): string {
  const { target, where, action, name, id, url, notes, commands } = publication;
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Id', id],
    ['URL', url],
    ...notes.map((note) => ['', note] as const),
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${label.padEnd(9)} ${safeLine(value)}`],
  );
  const head = `${DONE[action]} ${safeLine(name)} (${target}${where === '' ? '' : ` ${safeLine(where)}`})`;
  const title = action === 'planned' ? 'By hand that would be:' : 'Use it:';
  const use =
    commands.length === 0 ? [] : [style.faint(title), ...commands.map((command) => `  ${safeLine(command)}`)];
  return `${[style.good(head), ...lines, ...use].join('\n')}\n`;
}
