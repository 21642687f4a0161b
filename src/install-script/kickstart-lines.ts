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

/** @param endless a section ends where the next begins (RHEL 5) */
export function kickstartLines(text: string, endless = false): readonly KickstartLine[] {
  let section: string | undefined;
  return text.split('\n').map((line, index) => {
    // No package is called %post, but a script may write another script.
    const mayBegin = section === undefined || section === '%packages' || endless;
    const header = mayBegin ? SECTION.exec(line) : null;
    if (header) section = header[0];
    const entry = { lineNumber: index + 1, text: line, section, comment: /^\s*#/.test(line) };
    if (/^%end\s*(#.*)?$/.test(line)) section = undefined;
    return entry;
  });
}

/** First words of the commands outside all sections, with the line they stand on. */
export function kickstartCommands(
  text: string,
  endless = false,
): readonly { readonly word: string; readonly line: KickstartLine }[] {
  return kickstartLines(text, endless)
    .filter((line) => line.section === undefined && !line.comment && line.text.trim() !== '')
    .map((line) => ({ word: /^\s*(\S+)/.exec(line.text)?.[1] ?? '', line }));
}
