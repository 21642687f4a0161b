import { SpecError } from '../foundation/errors.ts';
import { readRegularFile } from '../foundation/read-regular-file.ts';
import { kindOf } from './detect-kind.ts';

const LINE_FEED = 0x0a;

/** Scripts are some kilobytes; more is not what the user meant to name. */
const LARGEST_SCRIPT = 16 * 2 ** 20;

function refuse(code: string, label: string, what: string): SpecError {
  return new SpecError(code, `${label} ${what}`, { details: { script: label } });
}

/** `what` and `remedy` for programs that show the place by themselves. */
function badEncoding(label: string, line: number, what: string, remedy: string, cause?: unknown): SpecError {
  return new SpecError('script.encoding', `${label}:${line} ${what}; ${remedy}.`, {
    details: { script: label, line, what, remedy },
    cause,
  });
}

/** Readers of XML and of YAML take CRLF for an end of line, and so do their installers. */
const TAKES_CRLF: readonly (string | undefined)[] = ['autoyast', 'autoinstall'];

/**
 * The text of an install script, which every installer wants as UTF-8, and most with Unix line ends. Nothing is converted but the line
 * ends of those that take others: what is rendered is byte for byte what the user wrote.
 * @throws SpecError `script.empty`, `script.encoding`
 */
export function decodeScript(content: Uint8Array, label: string): string {
  if (content.length === 0) throw refuse('script.empty', label, 'is empty.');
  const [first, second, third] = content;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) throw badEncoding(label, 1, 'is UTF-16', 'save it as UTF-8');
  if (first === 0xef && second === 0xbb && third === 0xbf)
    throw badEncoding(
      label,
      1,
      'begins with a byte order mark, which installers trip over',
      'save it without',
    );
  const nul = content.indexOf(0);
  if (nul >= 0) {
    const line = content.subarray(0, nul).filter((byte) => byte === LINE_FEED).length + 1;
    const what = 'holds NUL bytes, as a binary file or UTF-16 does';
    throw badEncoding(label, line, what, 'name an install script, saved as UTF-8');
  }
  const text = decodeUtf8(content, label);
  if (text.trim() === '') throw refuse('script.empty', label, 'holds nothing but blanks.');
  const carriageReturn = text.indexOf('\r');
  if (carriageReturn >= 0) {
    const unix = text.replace(/\r\n?/g, '\n');
    if (TAKES_CRLF.includes(kindOf(unix))) return unix;
    const line = text.slice(0, carriageReturn).split('\n').length;
    const remedy = "convert it, for example with: sed -i 's/\\r$//' <file>";
    throw badEncoding(label, line, 'ends in CRLF, which becomes part of the values', remedy);
  }
  return text;
}

function decodeUtf8(content: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    const good = new TextDecoder('utf-8').decode(content).indexOf('\ufffd');
    const line = new TextDecoder('utf-8').decode(content).slice(0, Math.max(0, good)).split('\n').length;
    throw badEncoding(label, line, 'is not UTF-8', 'save the file as UTF-8', cause);
  }
}

/** @throws SpecError `script.not-found`, `script.unreadable`, `script.empty`, `script.encoding` */
export async function readScript(path: string, label = path): Promise<string> {
  const file = await readRegularFile(path, LARGEST_SCRIPT);
  if (file.kind === 'content') return decodeScript(file.content, label);
  throw new SpecError(
    file.kind === 'missing' ? 'script.not-found' : 'script.unreadable',
    `Install script ${label} ${file.why}. Check the path.`,
    { details: { script: label }, ...(file.cause === undefined ? {} : { cause: file.cause }) },
  );
}
