import { copyFile, lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { type FileEnd, readEnd } from '../foundation/read-end.ts';
import type { Redactor } from '../foundation/redact.ts';
import { scrubJson } from '../foundation/scrub-secrets-json.ts';
import { formatSize, mebibytes } from '../foundation/size.ts';
import { writeFile } from '../foundation/write-file.ts';
import { isRawScreen } from '../watch/recent-screens.ts';

/** Larger text is cut at its front: the end tells how it ended. */
const LARGEST_TEXT = mebibytes(8);

export type PackedFile = {
  readonly name: string;
  /** How it differs from the build's own, beside what is hidden in it. */
  readonly note?: string;
};

export type FilesToPack = {
  /** A file or a folder. */
  readonly from: string;
  readonly to: string;
  /** What `to` is called in the report. */
  readonly name: string;
  readonly scrub: Redactor;
  readonly signal: AbortSignal | undefined;
};

/** Copies a folder or a file for a report. Links and what is no file are left out: they lead to what is not the build's. */
export async function packFiles(files: FilesToPack): Promise<PackedFile[]> {
  files.signal?.throwIfAborted();
  const found = await lstat(files.from).catch(ifMissing(undefined));
  if (isRawScreen(files.name)) return [];
  if (found?.isFile()) return packFile(files);
  if (!found?.isDirectory()) return [];
  const packed: PackedFile[] = [];
  for (const entry of await readdir(files.from)) {
    const [from, to, name] = [join(files.from, entry), join(files.to, entry), join(files.name, entry)];
    packed.push(...(await packFiles({ ...files, from, to, name })));
  }
  return packed;
}

/** Pictures go as they are, everything else as text without secrets. */
export async function packFile({ from, to, name, scrub }: FilesToPack): Promise<PackedFile[]> {
  if (/\.png$/.test(from)) {
    await makeFolder(dirname(to));
    await copyFile(from, to);
    return [{ name }];
  }
  const end = await readEnd(from, LARGEST_TEXT).catch(ifMissing(undefined));
  if (end === undefined) return [];
  const { text, suffix, note } = packedText(end, from.endsWith('.json'), scrub);
  await makeFolder(dirname(to));
  await writeFile(`${to}${suffix}`, text);
  return [{ name: `${name}${suffix}`, ...(note === undefined ? {} : { note }) }];
}

/** What is called JSON would be taken for it, so what is none, or no longer, gets another name. */
function packedText(
  { content, size }: FileEnd,
  isJson: boolean,
  scrub: Redactor,
): { readonly text: string; readonly suffix: '' | '.txt'; readonly note?: string } {
  const suffix = isJson ? '.txt' : '';
  if (size > LARGEST_TEXT) {
    const note = `the last ${formatSize(LARGEST_TEXT)} of ${formatSize(size)}; what was before is left out`;
    return { text: `[Kiln: ${note}]\n${scrub(fromLine(content).toString('utf8'))}`, suffix, note };
  }
  const text = content.toString('utf8');
  if (!isJson) return { text: scrub(text), suffix };
  const json = scrubJson(text, scrub);
  if (json !== undefined) return { text: json, suffix: '' };
  return { text: scrub(text), suffix, note: 'was no whole JSON, so it is here as text' };
}

const LINE_ENDS = [0x0a, 0x0d];

/** Without the rest of a line or of a word: what it is would be told by what was before it. */
function fromLine(content: Buffer): Buffer {
  const behind = (isEnd: (byte: number) => boolean): number => content.subarray(0, -1).findIndex(isEnd) + 1;
  return content.subarray(behind((byte) => LINE_ENDS.includes(byte)) || behind((byte) => byte === 0x20));
}
