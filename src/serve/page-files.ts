import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { firstOf, folderContent, type ServedContent, under } from '../http-server/served-content.ts';

/** What the page is made of, all of it from this machine: its own modules and those of the two npm packages beside them. */
export function pageFiles(projectDir: string): ServedContent {
  const require = createRequire(import.meta.url);
  const xterm = join(dirname(require.resolve('@xterm/xterm')), '..');
  const novnc = join(dirname(require.resolve('@novnc/novnc')), '..');
  return firstOf(
    under('page', folderContent(join(projectDir, 'page'))),
    under('xterm', folderContent(xterm)),
    under('novnc', folderContent(novnc)),
  );
}

export type IndexPage = { readonly html: string; readonly styleNonce: string };

/** The page itself, with a nonce of its own for the styles its terminal makes. */
export async function indexPage(projectDir: string): Promise<IndexPage> {
  const styleNonce = randomBytes(16).toString('base64');
  const html = await readFile(join(projectDir, 'page', 'index.html'), 'utf8');
  return { styleNonce, html: html.replace('STYLE-NONCE', styleNonce) };
}
