import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type VirtInstallRun = { readonly out: string; readonly err: string; readonly status: number };

/**
 * The installed virt-install, many command lines in one process: starting it costs far more than one command line.
 * `close` ends it.
 */
export function startVirtInstall(): {
  run(uri: string, args: readonly string[]): Promise<VirtInstallRun>;
  systems(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>;
  close(): Promise<void>;
} {
  const driver = join(import.meta.dirname, 'virt-install-driver.py');
  const child = spawn('/usr/bin/python3', [driver], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints += data.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`virt-install's process ended: ${complaints}`);
    return JSON.parse(value as string);
  };
  return {
    run: async (uri, args) => (await ask({ uri, args })) as VirtInstallRun,
    systems: async () =>
      (await ask({ osinfo: true })) as Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
