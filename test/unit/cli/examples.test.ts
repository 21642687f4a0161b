import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import * as helpText from '../../../src/cli/help-text.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { recordingIo } from './recording-io.ts';

const page = readFileSync(resolve(import.meta.dirname, '..', '..', '..', join('docs', 'cli.md')), 'utf8');
const lines = [page, ...Object.values(helpText)].flatMap((text) => text.match(/^ *kiln .+$/gm) ?? []);

/** Words as a shell makes them, up to a redirection; enough for the examples. */
function wordsOf(line: string): string[] {
  const command = line.replace(/ > .*$/, '').trim();
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1);
}

function withoutActions(command: Command): void {
  if (command.commands.length === 0) command.action(() => undefined);
  command.commands.forEach(withoutActions);
}

test('there are examples', () => {
  expect(lines.length).toBeGreaterThan(20);
});

test.each([...new Set(lines.map((line) => line.trim()))])('%s is a command line Kiln takes', async (line) => {
  const program = createProgram(recordingIo(), () => undefined);
  withoutActions(program);
  await expect(program.parseAsync(wordsOf(line), { from: 'user' })).resolves.toBeDefined();
});
