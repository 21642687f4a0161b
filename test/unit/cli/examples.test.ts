import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { EXAMPLES, helpEnd } from '../../../src/cli/help-text.ts';
import type { KilnCommand } from '../../../src/cli/kiln-command.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { recordingIo } from './recording-io.ts';

const page = readFileSync(resolve(import.meta.dirname, '..', '..', '..', join('docs', 'cli.md')), 'utf8');
const lines = [...EXAMPLES, ...(page.match(/^ *kiln .+$/gm) ?? [])];

/** Words as a shell makes them, up to a redirection; enough for the examples. */
function wordsOf(line: string): string[] {
  const command = line.replace(/ > .*$/, '').trim();
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1);
}

function withoutActions(command: Command): void {
  if (command.commands.length === 0) command.action(() => undefined);
  command.commands.forEach(withoutActions);
}

function leaves(command: Command): Command[] {
  const visible = command.commands.filter((child) => !child.name().startsWith('_'));
  return visible.length === 0 ? [command] : visible.flatMap(leaves);
}

test('every command shows an example in its help', () => {
  const program = createProgram(recordingIo(), () => undefined);
  for (const command of leaves(program) as KilnCommand[])
    expect(helpEnd(command.fullName())).toContain(`Examples:\n  ${command.fullName()}`);
});

/** The commands of the first cells: `kiln builds list`, then `show ID`, which goes on where that one did; `a\\|b` are two. */
function documentedCommands(): string[] {
  const cells = [...page.matchAll(/^\| (`kiln (?:[^|]|\\\|)+?) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => {
    let parent = '';
    return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => {
      const words = text.split(' ').filter((word) => /^[a-z]/.test(word));
      const path = text.startsWith('kiln ') ? words : [parent, ...words];
      parent = path.slice(0, -1).join(' ');
      return (path.at(-1) ?? '').split('\\|').map((name) => `${parent} ${name}`);
    });
  });
}

test('the table of docs/cli.md names every command', () => {
  const program = createProgram(recordingIo(), () => undefined);
  const known = (leaves(program) as KilnCommand[]).map((command) => command.fullName());
  const documented = documentedCommands();
  expect(known.filter((name) => !documented.includes(name) && name !== 'kiln help')).toEqual([]);
  expect(documented.filter((name) => !known.includes(name))).toEqual([]);
});

test.each([...new Set(lines.map((line) => line.trim()))])('%s is a command line Kiln takes', async (line) => {
  const program = createProgram(recordingIo(), () => undefined);
  withoutActions(program);
  await expect(program.parseAsync(wordsOf(line), { from: 'user' })).resolves.toBeDefined();
});
