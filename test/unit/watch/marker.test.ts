import { describe, expect, it } from 'vitest';
import { MARKER_WORD } from '../../../src/foundation/completion-marker.ts';
import { markerCommand } from '../../../src/install-script/marker.ts';
import { findMarker } from '../../../src/watch/marker.ts';

const token = '4f1c0de.a-1';
const marker = `${MARKER_WORD} ${token}`;

describe('the completion marker', () => {
  it.each([
    marker,
    `... 42%${marker}`,
    `[  12.345678] usb 1-1: gone ${marker}`,
    `${marker}[  12.345678] usb`,
  ])('is found in %j', (line) => {
    expect(findMarker(['before', line, 'after'], token)).toBe(line);
  });

  it.each([
    `${marker}0`,
    `${marker}-2`,
    `${MARKER_WORD} 4f1c0deXa-1`,
    MARKER_WORD,
    `+ echo ${marker}`,
    `echo "${marker}"`,
  ])('is not found in %j', (line) => {
    expect(findMarker([line], token)).toBeUndefined();
  });

  it.each(['preseed', 'kickstart'] as const)(
    'is not the command that prints it, wrapped anywhere: %s',
    (kind) => {
      const message = `Execution of preseeded command "${markerCommand({ kind, token })}" failed with exit code 1.`;
      for (let column = 1; column < message.length; column += 1) {
        expect(
          findMarker([message.slice(0, column).trimEnd(), message.slice(column).trimStart()], token),
        ).toBeUndefined();
      }
    },
  );
});
