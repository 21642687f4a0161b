import { expect, test } from 'vitest';
import { consolePrinter } from '../../../src/cli/console-printer.ts';

function printed(use: (printer: ReturnType<typeof consolePrinter>) => void): string {
  let all = '';
  use(
    consolePrinter((text) => {
      all += text;
    }),
  );
  return all;
}

test('an unfinished line is shown at a pause, and its rest once', () => {
  expect(
    printed((printer) => {
      printer.add('boot\nlogin: ');
      printer.pause();
    }),
  ).toBe('boot\nlogin: ');
  expect(
    printed((printer) => {
      printer.add('login: ');
      printer.pause();
      printer.pause();
      printer.add('root\nPassword: ');
      printer.pause();
      printer.end();
    }),
  ).toBe('login: root\nPassword: \n');
});

test('a sequence that is cut in two never reaches the terminal', () => {
  const text = printed((printer) => {
    printer.add('a\u001b[3');
    printer.pause();
    printer.add('1mb\u001b]0;title');
    printer.pause();
    printer.add('\u0007c\r');
    printer.pause();
    printer.add('\n');
    printer.end();
  });
  expect(text).toBe('abc\n');
});
