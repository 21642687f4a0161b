import { RE2JS, RE2JSException } from 're2js';

/** A user's own expression, compared with lines that a guest writes: in linear time, whatever both of them say. */
export type LinePattern = {
  test(line: string): boolean;
  /** What its named groups caught; null where it does not match. */
  exec(line: string): { readonly groups: Readonly<Record<string, string>> } | null;
};

/** What cannot be compared in linear time, and what to write instead. */
const IMPOSSIBLE = [
  {
    regex: /^\(\?<?[=!]/,
    what: 'look-around',
    instead: 'describe the wanted line itself, as with [^x] for "anything but x"',
  },
  {
    regex: /^\\(?:[1-9]|k<)/,
    what: 'a back-reference',
    instead: 'write the repeated text out, as in (?:aa|bb)',
  },
] as const;

/**
 * Takes JavaScript's notation as far as RE2 has it, and RE2's own (`(?i)` in front: letters without case).
 * @throws RangeError saying what is wrong with it and, where it is impossible, what to write instead
 */
export function readLinePattern(text: string): LinePattern {
  refuseImpossible(text);
  const compiled = compile(text);
  const names = Object.keys(compiled.namedGroups());
  return {
    test: (line) => compiled.test(line),
    exec: (line) => {
      const matcher = compiled.matcher(line);
      if (!matcher.find()) return null;
      const caught = names.map((name) => [name, matcher.group(name)] as const);
      return {
        groups: Object.fromEntries(
          caught.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
        ),
      };
    },
  };
}

function compile(text: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(text));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new RangeError(
      `"${text}" is not a regular expression: ${error.message.replace(/^error parsing regexp: /, '')}`,
    );
  }
}

function refuseImpossible(text: string): void {
  // An escape, a class or a beginning of a group: `[(?=]` and `\\1` are none of what is looked for.
  for (const [token] of text.matchAll(/\\k<|\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?<?[=!]/g)) {
    const found = IMPOSSIBLE.find(({ regex }) => regex.test(token));
    if (found === undefined) continue;
    throw new RangeError(
      `"${text}" has ${found.what} (${token}), which cannot be compared in linear time, and the guest decides what it is compared with; ${found.instead}.`,
    );
  }
}
