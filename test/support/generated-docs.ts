import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...body.map(line)].join('\n');
}

/**
 * A document with the text between `<!-- generated: name -->` and `<!-- end -->` made anew. A test compares it with what is there;
 * `KILN_UPDATE_DOCS=1 npx vitest run --project unit test/unit/docs` writes it.
 */
export async function generatedPart(
  page: string,
  name: string,
  content: string,
): Promise<{ readonly written: string; readonly wanted: string }> {
  const path = join(root, page);
  const written = await readFile(path, 'utf8');
  const begin = `<!-- generated: ${name} -->`;
  const from = written.indexOf(begin);
  const to = written.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`${page} has no part ${begin} … <!-- end -->`);
  const wanted = `${written.slice(0, from)}${begin}\n${content}\n${written.slice(to)}`;
  if (process.env.KILN_UPDATE_DOCS === '1') await writeFile(path, wanted);
  return { written: process.env.KILN_UPDATE_DOCS === '1' ? wanted : written, wanted };
}
