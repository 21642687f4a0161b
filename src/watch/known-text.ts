export type KnownText = {
  /** What of a text is not known yet; texts come in the order in which they are known. */
  without(text: string): string;
};

/** A text that is known is looked for no further on than this: what was redrawn is in between. */
const FURTHEST = 4096;

/** Tells what is new of a text that is read again from its beginning. Blanks do not count: pieces of it were cut otherwise. */
export function knownText(whole: string): KnownText {
  let rest = whole.replace(/\s+/g, '');
  return {
    without: (text) => {
      const bare = text.replace(/\s+/g, '');
      const at = rest.slice(0, FURTHEST + bare.length).indexOf(bare);
      if (at >= 0) {
        rest = rest.slice(at + bare.length);
        return '';
      }
      const begun = rest !== '' && bare.startsWith(rest) ? rest.length : 0;
      if (begun > 0) rest = '';
      return afterCharacters(text, begun).trim();
    },
  };
}

/** A text without its first characters, blanks not counted. */
function afterCharacters(text: string, count: number): string {
  let left = count;
  for (let at = 0; at < text.length; at += 1) {
    if (left === 0) return text.slice(at);
    if (/\S/.test(text[at] ?? '')) left -= 1;
  }
  return '';
}
