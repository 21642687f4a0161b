import { SpecError } from '../foundation/errors.ts';

/** Whether iPXE takes a file for a script (image/script.c); it knows `#!gpxe` too. */
export const isScript = (text: string): boolean => /^#!ipxe[ \f\n\r\t\v]/.test(text);

/** What isPlainText takes, for messages. */
export const PLAIN_TEXT =
  'printable ASCII without quotes, \\, ${, words that begin with # and the words &&, || and ;';

/** Text for an `echo` or a `set`: one line of printable ASCII, which is all that iPXE shows, without its own signs. */
export function isPlainText(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !/\$\{|["'\\]/.test(text) && !endsEarly(text);
}

/** More than a screen has columns; iPXE cuts what is longer. */
const LONGEST_TITLE = 200;

/** What isTitle takes, for messages. */
export const TITLE_TEXT = `at most ${LONGEST_TITLE} characters of ${PLAIN_TEXT}, not beginning with a hyphen`;

/** `menu TITLE` takes a title that begins with a hyphen for an option. */
export const isTitle = (text: string): boolean =>
  text.length <= LONGEST_TITLE && isPlainText(text) && !/^\s*-/.test(text);

/**
 * Whether iPXE would end a command within the text: a word that begins with `#` ends the whole line, with what was to happen when it fails,
 * and `&&`, `||` and `;` the command. Quotes keep it from neither (parse-script.ts).
 */
export const endsEarly = (text: string): boolean => /(^|\s)(#|(&&|\|\||;)(?!\S))/.test(text);

/**
 * `name=value` of a setting.
 * @throws SpecError `ipxe.bad-setting`
 */
export function readSetting(word: string): readonly [name: string, value: string] {
  const [, name, value] = /^([a-z][a-z0-9_/-]*)=(.*)$/.exec(word) ?? [];
  if (name !== undefined && value !== undefined && value.trim() !== '' && isPlainText(value))
    return [name, value.trim()];
  throw new SpecError(
    'ipxe.bad-setting',
    `${JSON.stringify(word)} is no setting for an iPXE script; write name=value, the name in lower case, the value ${PLAIN_TEXT}.`,
    { details: { word } },
  );
}
