import { publicText } from '../foundation/public-url.ts';
import { readLine, wrong } from './words.ts';

/** Splits at blanks outside double quotes, which is how Linux reads its command line (lib/cmdline.c, `next_arg`). */
export function splitArguments(line: string): readonly string[] {
  if ((line.match(/"/g) ?? []).length % 2 === 1) throw wrong(`has an unclosed quote: ${publicText(line)}`);
  return line.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

/** One text or a list of texts. */
export function readExtraArgs(value: unknown): readonly string[] {
  const lines: readonly unknown[] = Array.isArray(value) ? value : [value];
  return lines.flatMap((line) => splitArguments(readLine(line)));
}
