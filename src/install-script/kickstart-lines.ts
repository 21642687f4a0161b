/** One physical line of a kickstart file and where it belongs. */
export type KickstartLine = {
  readonly lineNumber: number;
  readonly text: string;
  /** `%post` and the like; undefined among the commands. The header and `%end` belong to their section. */
  readonly section: string | undefined;
  readonly comment: boolean;
};

/** Headers that open a section (pykickstart, sections.rst); `%include` and `%ksappend` do not. */
const SECTION = /^%(addon|anaconda|certificate|onerror|packages|post|pre|pre-install|traceback)(?=\s|$)/;

export function kickstartLines(text: string): readonly KickstartLine[] {
  let section: string | undefined;
  return text.split('\n').map((line, index) => {
    const header = section === undefined ? SECTION.exec(line) : null;
    if (header) section = header[0];
    const entry = { lineNumber: index + 1, text: line, section, comment: /^\s*#/.test(line) };
    if (/^%end\s*(#.*)?$/.test(line)) section = undefined;
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

/** The header of a section that never ends, if any. */
export function unclosedSection(text: string): KickstartLine | undefined {
  const lines = kickstartLines(text);
  const last = lines.at(-1);
  if (last?.section === undefined || /^%end\s*(#.*)?$/.test(last.text)) return undefined;
  const headers = lines.filter((line) => line.section !== undefined && SECTION.test(line.text));
  return headers.at(-1);
}
