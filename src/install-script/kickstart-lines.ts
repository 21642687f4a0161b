/** One physical line of a kickstart file and where it belongs. */
export type KickstartLine = {
  readonly lineNumber: number;
  readonly text: string;
  /** `%post` and the like; undefined among the commands. The header and `%end` belong to their section. */
  readonly section: string | undefined;
  /** Of a line among the commands: `body`, or `end` without a section. */
  readonly role: 'header' | 'end' | 'body';
  readonly comment: boolean;
};

/** Headers that open a section (pykickstart, sections.rst); `%include` and `%ksappend` do not. */
const SECTION =
  /^\s*(%(?:addon|anaconda|certificate|onerror|packages|post|pre|pre-install|traceback))(?=\s|$)/;

const END = /^\s*%end(?=\s|$)/;

/**
 * A header begins a section wherever it stands, as pykickstart reads it: also in a section that has no `%end` yet, and in the text that
 * a script writes into a file.
 */
export function kickstartLines(text: string): readonly KickstartLine[] {
  let section: string | undefined;
  return text.split('\n').map((line, index) => {
    const header = SECTION.exec(line)?.[1];
    const role = header === undefined ? (END.test(line) ? 'end' : 'body') : 'header';
    section = header ?? section;
    const entry = { lineNumber: index + 1, text: line, section, role, comment: /^\s*#/.test(line) } as const;
    if (role === 'end') section = undefined;
    return entry;
  });
}

/** First words of the commands outside all sections, with the line they stand on. */
export function kickstartCommands(
  text: string,
): readonly { readonly word: string; readonly line: KickstartLine }[] {
  return kickstartLines(text)
    .filter((line) => line.section === undefined && !line.comment && line.text.trim() !== '')
    .map((line) => ({ word: /^\s*(\S+)/.exec(line.text)?.[1] ?? '', line }));
}
