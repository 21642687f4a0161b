import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readScreenText } from '../../../src/build/read-screen-text.ts';
import { ppmToPng } from '../../../src/watch/screenshot.ts';

/** Letters of five by seven points, a row a number, the left point its highest bit. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  F: [31, 16, 16, 30, 16, 16, 16],
  L: [16, 16, 16, 16, 16, 16, 31],
  U: [17, 17, 17, 17, 17, 17, 14],
  ' ': [0, 0, 0, 0, 0, 0, 0],
};
const SCALE = 6;

/** A screen in black on white as QEMU's screendump writes it. */
function screen(text: string, width: number, height: number): Uint8Array {
  const pixels = Buffer.alloc(width * height * 3, 255);
  const paint = (x: number, y: number): void => {
    pixels.fill(0, (y * width + x) * 3, (y * width + x) * 3 + SCALE * 3);
  };
  [...text].forEach((letter, at) => {
    LETTERS[letter]?.forEach((row, y) => {
      for (let x = 0; x < 5; x += 1) {
        if ((row & (16 >> x)) === 0) continue;
        for (let line = 0; line < SCALE; line += 1) paint(60 + (at * 7 + x) * SCALE, 80 + y * SCALE + line);
      }
    });
  });
  return ppmToPng(Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]));
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-ocr-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(png: Uint8Array): Promise<string | undefined> {
  const [image, text] = [join(folder, 'screen.png'), join(folder, 'screen.txt')];
  writeFileSync(image, png);
  expect(await readScreenText(image, text)).toBe(existsSync(text));
  return existsSync(text) ? readFileSync(text, 'utf8') : undefined;
}

it('reads the text of a graphical screen', async () => {
  expect(await read(screen('FULL', 800, 600))).toMatch(/FULL/);
});

it('leaves screens in text mode to the serial console, and empty ones alone', async () => {
  expect(await read(screen('FULL', 720, 400))).toBeUndefined();
  expect(await read(screen(' ', 800, 600))).toBeUndefined();
});

it('does without tesseract', async () => {
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    expect(await read(screen('FULL', 800, 600))).toBeUndefined();
  } finally {
    process.env.PATH = path;
  }
});
