import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_DIR } from './build-sandbox.ts';

/**
 * For long builds of Debian that run beside other guests: a second emulated processor costs a guest a fifth more time of the host's, and
 * serves an installer little.
 */
export const ONE_VCPU = ['--vcpus', '1'] as const;

/**
 * `./kiln ARGUMENTS` to its end, as a user runs it, with its state below `folder`; the cache is the user's own, so that nothing is fetched
 * again. Gives the exit code and the lines of standard output.
 * @param enough interrupts it, as Ctrl-C does, at the first line of which it is true
 * @param wrapper a program that runs it, with its arguments
 */
export async function launchKiln(
  folder: string,
  args: readonly string[],
  enough: (line: string) => boolean = () => false,
  wrapper: readonly string[] = [],
): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const [file = '', ...words] = [...wrapper, join(PROJECT_DIR, 'kiln'), ...args];
  const child = spawn(file, words, {
    cwd: folder,
    env: { ...process.env, KILN_STATE_DIR: join(folder, 'state'), KILN_RUNTIME_DIR: join(folder, 'run') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let interrupted = false;
  createInterface(child.stdout).on('line', (line) => {
    if (line === '') return;
    lines.push(line);
    if (interrupted || !enough(line)) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, lines };
}
