/** One answer of a preseed file, continuation lines joined; offsets count characters of the file's text. */
export type PreseedLine = {
  /** 1 for the first. */
  readonly lineNumber: number;
  readonly start: number;
  /** Just behind its last character, before the line break. */
  readonly end: number;
  readonly comment: boolean;
  /** Raw text, with its backslashes and line breaks. */
  readonly raw: string;
};

/**
 * Splits as debconf-set-selections(1) does: a backslash at the end joins the next line, in comments as well, and only then is a
 * `#` at the beginning looked for.
 */
export function preseedLines(text: string): readonly PreseedLine[] {
  const lines: PreseedLine[] = [];
  let lineNumber = 1;
  for (const match of text.matchAll(/(?:[^\n]*\\\n)*[^\n]*(?:\n|$)/g)) {
    const raw = match[0].replace(/\n$/, '');
    if (match[0] === '') break;
    const start = match.index;
    lines.push({ lineNumber, start, end: start + raw.length, comment: /^\s*#/.test(raw), raw });
    lineNumber += match[0].split('\n').length - 1;
  }
  return lines;
}

export type PreseedAnswer = PreseedLine & {
  readonly owner: string;
  readonly question: string;
  readonly type: string;
  /** As debconf gets it: continuations joined, blanks at the ends removed. */
  readonly value: string;
  /** Where the raw value begins and ends. */
  readonly valueStart: number;
  readonly valueEnd: number;
};

const BLANK = String.raw`(?:[ \t]|\\\n)`;
const ANSWER = new RegExp(String.raw`^(\s*)(\S+)${BLANK}+(\S+)${BLANK}+(\S+)(${BLANK}*)`);

/** debconf's types (debconf-devel(7)), and its flag `seen`, which stands in a type's place (debconf-set-selections(1)). */
export const PRESEED_TYPES: readonly string[] = [
  ...['boolean', 'error', 'multiselect', 'note', 'password', 'select', 'string', 'text', 'title'],
  'seen',
];

/** How debconf's questions are called: the package or component, a slash, the name; a package may have its architecture. */
export const isQuestionName = (word: string): boolean => /^[\w.+:-]+(?:\/[\w.+:-]+)+$/.test(word);

/** What gives a question its value; flags are none. */
export const preseedAnswers = (text: string): readonly PreseedAnswer[] =>
  preseedEntries(text).filter(({ type }) => type !== 'seen');

/** Answers and flags. Comments, empty lines and lines of less than three words are left out. */
export function preseedEntries(text: string): readonly PreseedAnswer[] {
  return preseedLines(text).flatMap((line) => {
    const match = line.comment ? null : ANSWER.exec(line.raw);
    if (match === null) return [];
    const [all, , owner = '', question = '', type = ''] = match;
    const rest = line.raw.slice(all.length);
    const trimmed = rest.replace(/(?:[ \t]|\\\n|\\$)+$/, '');
    const valueStart = line.start + all.length;
    return [
      {
        ...line,
        owner,
        question,
        type,
        value: trimmed.replaceAll('\\\n', ''),
        valueStart,
        valueEnd: valueStart + trimmed.length,
      },
    ];
  });
}
