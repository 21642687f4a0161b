export type SubOptionWord = { readonly name: string; readonly value: string | undefined };

/**
 * Cuts an option's text at its commas. Quotes keep commas (`'a,b'`, `"a,b"`), a backslash keeps the character after it (between
 * double quotes only a quote or a backslash), empty parts do not count: Python's shlex with the comma as its white space.
 * @returns undefined when a quote is not closed or a backslash ends the text
 */
export function splitSubOptions(text: string): SubOptionWord[] | undefined {
  const parts = splitQuoted(text, (character) => character === ',');
  return parts?.map((part) => {
    const equals = part.indexOf('=');
    return equals < 0
      ? { name: part, value: undefined }
      : { name: part.slice(0, equals), value: part.slice(equals + 1) };
  });
}

/** A shell's words, as `--qemu-commandline` and `--boot initargs=` take them. */
export function splitWords(text: string): string[] | undefined {
  return splitQuoted(text, (character) => /\s/.test(character));
}

function splitQuoted(text: string, separates: (character: string) => boolean): string[] | undefined {
  const parts: string[] = [];
  let part: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const escaped = character === '\\' && quote !== "'";
    if (escaped) {
      at += 1;
      if (at >= text.length) return undefined;
      const next = text.charAt(at);
      const literal = quote === '"' && next !== '"' && next !== '\\';
      part = (part ?? '') + (literal ? `\\${next}` : next);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else part = (part ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      part ??= '';
    } else if (separates(character)) {
      if (part !== undefined) parts.push(part);
      part = undefined;
    } else part = (part ?? '') + character;
  }
  if (quote !== '') return undefined;
  if (part !== undefined) parts.push(part);
  return parts;
}
