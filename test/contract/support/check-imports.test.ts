import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCRIPT = new URL('../../support/check-imports.js', import.meta.url).pathname;

/** What the file does, its folder or path below src/, its text. */
type Example = readonly [string, string, string];

const ALLOWED: readonly Example[] = [
  ['a sibling type', 'vm/a.ts', "import type { B } from '../plan/b.ts';"],
  ['inline types of a sibling', 'vm/a.ts', "import { type B, type C } from '../plan/b.ts';"],
  ['values of a lower row', 'vm/a.ts', "import { b } from '../process/b.ts';"],
  ['values of the own folder', 'vm/a.ts', "import { b } from './b.ts';"],
  ['the OS table', 'plan/a.ts', "import { b } from '../os/b.ts';"],
  ['execa where commands are run', 'process/run-command.ts', "import { execa } from 'execa';"],
  [
    'a local called console',
    'watch/a.ts',
    'export const f = (console: Map<string, string>) => console.size;',
  ],
  ['printing in cli', 'cli/a.ts', "console.log('x'); process.exit(1);"],
];

const REFUSED: readonly Example[] = [
  ['values of a sibling', 'vm/a.ts', "import { b } from '../plan/b.ts';"],
  ['a re-exported value of a sibling', 'vm/a.ts', "export { b } from '../plan/b.ts';"],
  ['a sibling loaded later', 'vm/a.ts', "export const b = () => import('../plan/b.ts');"],
  ['an import upwards, even of a type', 'process/a.ts', "import type { B } from '../vm/b.ts';"],
  ['execa elsewhere', 'disk/a.ts', "import { execa } from 'execa';"],
  ['a package nobody listed', 'disk/a.ts', "import _ from 'lodash';"],
  ['running programs by hand', 'disk/a.ts', "import { spawn } from 'node:child_process';"],
  ['the environment', 'vm/a.ts', 'export const home = process.env.HOME;'],
  ['printing', 'vm/a.ts', "console.log('x');"],
  ['any', 'vm/a.ts', 'export const x: any = 1;'],
  ['a default export', 'vm/a.ts', 'export default function f() {}'],
  ['a long file', 'vm/a.ts', 'export {};\n'.repeat(301)],
  ['an unknown folder', 'utils/a.ts', 'export {};'],
];

/** `vm/a.ts` → `vm/a7.ts`, so that all examples fit into one tree; files whose name matters keep it. */
const pathOf = ([, file]: Example, index: number): string => file.replace(/\/a\.ts$/, `/a${index}.ts`);

let root: string;

async function check(examples: readonly Example[]): Promise<{ code: number | undefined; lines: string[] }> {
  const folder = await mkdtemp(join(root, 'src-'));
  for (const [index, example] of examples.entries()) {
    const path = join(folder, pathOf(example, index));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, example[2]);
  }
  const { exitCode, stderr } = await execa(process.execPath, [SCRIPT, folder], { reject: false });
  return { code: exitCode, lines: stderr.split('\n') };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-imports-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

it('allows what the architecture allows', async () => {
  const { code, lines } = await check(ALLOWED);
  expect(lines).toHaveLength(1);
  expect(code).toBe(0);
});

describe('refuses', () => {
  let lines: string[];
  let code: number | undefined;
  beforeAll(async () => {
    ({ code, lines } = await check(REFUSED));
  });

  it('the tree as a whole', () => expect(code).toBe(1));

  it.each(REFUSED.map((example, index) => [example[0], pathOf(example, index)]))('%s', (_, path) => {
    expect(lines.filter((line) => line.startsWith(`src/${path}:`))).toHaveLength(1);
  });
});

it('refuses a package that every start would load, however far away it is imported', async () => {
  const { code, lines } = await check([
    ['', 'build/print-guest/print-guest.ts', "import { facts } from './facts.ts';"],
    ['', 'build/print-guest/facts.ts', "import { runCommand } from '../../process/run-command.ts';"],
    ['', 'process/run-command.ts', "import { execa } from 'execa';"],
  ]);
  expect(code).toBe(1);
  expect(lines[0]).toContain('src/build/print-guest/print-guest.ts:1 loads a package at every start: ');
  expect(lines[0]).toContain('print-guest/facts.ts > process/run-command.ts > execa');
});

it('allows one that is loaded when it is needed', async () => {
  const { code } = await check([
    ['', 'build/print-guest/print-guest.ts', "export const facts = () => import('./facts.ts');"],
    ['', 'build/print-guest/facts.ts', "import { runCommand } from '../../process/run-command.ts';"],
    ['', 'process/run-command.ts', "import { execa } from 'execa';"],
  ]);
  expect(code).toBe(0);
});
