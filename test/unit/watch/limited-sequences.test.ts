import { expect, it } from 'vitest';
import { createLimitedSequences } from '../../../src/watch/limited-sequences.ts';
import { renderScreen } from '../../../src/watch/screen.ts';

const FINALS = Array.from({ length: 0x7f - 0x40 }, (_, index) => String.fromCharCode(0x40 + index));
const HUGE = '2147483647';
const limit = (...pieces: readonly string[]): string => {
  const limited = createLimitedSequences();
  return pieces.map(limited).join('');
};
/** At every place, in two. */
const splits = (text: string): readonly (readonly [string, string])[] =>
  Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);

it('lets every number of a sequence that counts be a screen at most, wherever the pieces part', () => {
  for (const final of FINALS.filter((final) => !'hlmnpqt'.includes(final))) {
    for (const start of ['\x1b[', '\x9b']) {
      for (const pieces of splits(`x${start}?${HUGE};7;00${HUGE} ${final}y`)) {
        expect(limit(...pieces)).toBe(`x${start}?100;7;100 ${final}y`);
      }
    }
  }
});

it('is not led astray by what terminals carry out or pass over inside a sequence', () => {
  expect(limit('\x1b[2147\n48\x7f3647S')).toBe('\x1b[\n100S');
  expect(limit('\x1b\r\x7f[2147483647S')).toBe('\x1b\r\x7f[100S');
  expect(limit('\x1b[99\x1b[2147483647S')).toBe('\x1b[\x1b[100S');
  expect(limit('\x1b[99\x182147483647S')).toBe('\x1b[\x182147483647S');
  expect(limit(`\x1b[${'1;'.repeat(500_000)}9`, '99S').length).toBeLessThan(600);
});

it('leaves alone what is no sequence, and numbers that are names', () => {
  for (const text of [
    'kernel 2147483647S [4096S',
    '\x1b(2147483647S',
    '\x1b[38;2;255;200;100m\x1b[?2004h\x1b[?1049l\x1b[25;80HTür √\x1b[K',
    '\x1b]0;2147483647S\x07',
  ]) {
    for (const pieces of splits(text)) expect(limit(...pieces)).toBe(text);
  }
});

it('lets no guest switch off the wrapping of long lines, and nothing else stay on', () => {
  for (const pieces of splits('x\x1b[?7ly')) expect(limit(...pieces)).toBe('x\x1b[?ly');
  expect(limit('\x9b?25;7;1049l')).toBe('\x9b?25;1049l');
  for (const text of ['\x1b[7l', '\x1b[?7h', '\x1b[?17;77l']) expect(limit(text)).toBe(text);
});

it('keeps a screen quick, whatever its guest demands', async () => {
  const started = performance.now();
  const every = FINALS.flatMap((final) =>
    ['', ' ', "'", '$', '!'].map(
      (between) => `\x1b[1;1Habc\x1b[${HUGE}${between}${final}\x9b${HUGE};${HUGE}${between}${final}`,
    ),
  );
  await renderScreen(every.join(''));
  await renderScreen([...'SLMTIZb@P'].map((final) => `\x1b[1;1Hx\x1b[${HUGE}${final}`.repeat(200)).join(''));
  expect(performance.now() - started).toBeLessThan(5000);
}, 30_000);

it('keeps to itself what a terminal emulator cannot parse', async () => {
  const written: unknown[] = [];
  const { error } = console;
  console.error = (...what: unknown[]) => void written.push(what);
  try {
    expect(await renderScreen('\x1b[1;1Hone\x7f\x7ftwo\x1b[1é')).toEqual(['onetwo']);
  } finally {
    console.error = error;
  }
  expect(written).toEqual([]);
});
