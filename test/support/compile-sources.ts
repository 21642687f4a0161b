import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { inject } from 'vitest';
// For the type of what is injected.
import type {} from './compiled-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'src');

/** Those of tsconfig.json that change the output; each file is an ES module. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};

/**
 * Turns folders of `src` into JavaScript in a temporary folder, so that a test can run them in a process of its own
 * (Node 20 does not read TypeScript). Types are not checked.
 */
export async function compileSources(
  folders: readonly string[],
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-compiled-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await putSources(folder, (file) => folders.some((name) => file.startsWith(`${name}/`)));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Puts JavaScript in place of the chosen files of `src`. */
export async function putSources(folder: string, isWanted: (file: string) => boolean): Promise<void> {
  const { compiled, files } = await compiledOnce();
  await Promise.all(
    files.filter(isWanted).map(async (file) => {
      const path = join(folder, scriptOf(file));
      await mkdir(dirname(path), { recursive: true });
      await link(join(compiled, scriptOf(file)), path);
    }),
  );
}

const scriptOf = (file: string): string => file.replace(/\.ts$/, '.js');

/** All of `src`, compiled by whichever test file comes first: that takes longer than most of them. */
async function compiledOnce(): Promise<{ readonly compiled: string; readonly files: readonly string[] }> {
  const entries = await readdir(SOURCES, { recursive: true });
  const files = entries.filter((path) => path.endsWith('.ts')).sort();
  // With `vitest --watch` they may have changed since the run before.
  const states = await Promise.all(
    files.map(async (file) => [file, (await stat(join(SOURCES, file))).mtimeMs]),
  );
  const name = createHash('sha256').update(JSON.stringify(states)).digest('hex');
  const compiled = join(inject('compiledFolder'), name);
  if (existsSync(compiled)) return { compiled, files };
  const work = await mkdtemp(`${compiled}-`);
  await Promise.all(files.map((file) => compile(join(SOURCES, file), join(work, scriptOf(file)))));
  // Another worker may have been faster, with the same result.
  await rename(work, compiled).catch(() => rm(work, { recursive: true, force: true }));
  return { compiled, files };
}

async function compile(from: string, to: string): Promise<void> {
  const { outputText } = ts.transpileModule(await readFile(from, 'utf8'), {
    fileName: from,
    compilerOptions: OPTIONS,
  });
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, outputText);
}
