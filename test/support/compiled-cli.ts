import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { putSources } from './compile-sources.ts';

const root = resolve(import.meta.dirname, '..', '..');

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type CompiledCli = {
  /** A folder of its own, also HOME. */
  readonly folder: string;
  readonly main: string;
  run(args: readonly string[]): Promise<Ended>;
  remove(): Promise<void>;
};

/** Compiles the program, without checking types, into a temporary folder that looks like the project's own. */
export async function compileCli(): Promise<CompiledCli> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-compiled-'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'page', 'os-table', 'vm-templates', 'install_scripts']) {
    await symlink(join(root, name), join(folder, name));
  }
  await putSources(join(folder, 'dist'), () => true);
  const main = join(folder, 'dist', 'cli', 'main.js');
  const env = { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1' };
  return {
    folder,
    main,
    run: (args) => runProgram(process.execPath, [main, ...args], { env, cwd: folder }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a program to its end, without standard input. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<Ended> {
  return new Promise((settle, reject) => {
    const child = spawn(file, [...args], {
      env: options.env ?? process.env,
      cwd: options.cwd ?? root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      text.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text.stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => settle({ code, ...text }));
  });
}
