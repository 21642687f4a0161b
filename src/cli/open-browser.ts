import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFile } from '../foundation/write-file.ts';
import { startDetached } from '../process/start-detached.ts';
import type { CliIo } from './cli-io.ts';

/** What was made for the browser, to be removed at the end. */
export type OpenedBrowser = { remove(): Promise<void> };

/**
 * Opens the page in the desktop's browser where there is a desktop and somebody at the terminal. The address with its token goes through a
 * private file, since every user of the host can read the arguments of programs.
 */
export async function openBrowser(
  url: string,
  { env, out }: Pick<CliIo, 'env' | 'out'>,
): Promise<OpenedBrowser | undefined> {
  const hasDesktop = [env.DISPLAY, env.WAYLAND_DISPLAY].some((name) => name !== undefined && name !== '');
  if (!hasDesktop || !out.isTerminal) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'kiln-page-'));
  const page = join(folder, 'open.html');
  await writeFile(page, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}">\n`, {
    mode: 0o600,
  });
  const files = { output: '/dev/null', errors: '/dev/null' };
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const browser = await startDetached('xdg-open', [page], { cwd: folder, env, ...files });
    browser.forget();
  } catch (error) {
    await remove();
    // A desktop without xdg-open: the address has been printed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { remove };
}
