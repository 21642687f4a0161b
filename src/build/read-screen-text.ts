import { readFile } from 'node:fs/promises';
import { writeFile } from '../foundation/write-file.ts';
import { findExecutable } from '../host/find-executable.ts';
import { runCommand } from '../process/run-command.ts';

/** Screens in text mode are 720x400; whatever is larger is drawn, and only a reader of pictures can tell its text. */
const TEXT_MODE = { width: 720, height: 400 };
const LIMIT_MS = 20_000;

/**
 * The text on a graphical screenshot, by tesseract where it is installed.
 * @returns whether `textPath` was written
 */
export async function readScreenText(pngPath: string, textPath: string): Promise<boolean> {
  const tesseract = await findExecutable('tesseract');
  if (tesseract === undefined || !(await isGraphical(pngPath))) return false;
  const { stdout } = await runCommand(tesseract, [pngPath, 'stdout'], { timeoutMs: LIMIT_MS });
  if (stdout.trim() === '') return false;
  await writeFile(textPath, `${stdout.trim()}\n`);
  return true;
}

/** Width and height stand in the first chunk (W3C PNG, IHDR). */
async function isGraphical(pngPath: string): Promise<boolean> {
  const head = (await readFile(pngPath)).subarray(0, 24);
  if (head.length < 24) return false;
  return head.readUInt32BE(16) > TEXT_MODE.width || head.readUInt32BE(20) > TEXT_MODE.height;
}
