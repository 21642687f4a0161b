import { isIP } from 'node:net';
import { SpecError } from '../foundation/errors.ts';
import { clipped } from '../foundation/printable.ts';

/** Characters that end a word in an iPXE script or mean something in it, besides blanks. */
const SPECIAL = /[\s\u0000-\u001f\u007f"'\\]/;

/** What an iPXE may have; which of them a program does have is asked of it. */
const SCHEMES = ['http', 'https', 'tftp', 'ftp', 'nfs', 'file'];

/** `http:/path`, `http:path`, `http:///path`: read as URLs, the path's first part would become the server. */
const HALF_A_URL = /^(https?|tftp|ftp|nfs):(?!\/\/[^/])/i;

/**
 * A URL as it may stand in a script. One without a scheme is kept so: it is tried with https and then with http.
 * @throws SpecError `ipxe.bad-url`
 */
export function readIpxeUrl(text: string): string {
  const shown = JSON.stringify(clipped(text));
  const bad = (problem: string): SpecError =>
    new SpecError('ipxe.bad-url', `${shown} cannot stand in an iPXE script: ${problem}.`, {
      details: { url: text },
    });
  if (text === '') throw bad('it is empty');
  if (text.startsWith('-')) throw bad('with a hyphen at its beginning iPXE takes it for an option');
  if (SPECIAL.test(text))
    throw bad(
      'it holds a blank, a control character or a quote; write them percent-encoded (%20 for a blank)',
    );
  if (/[^\x21-\x7e]/.test(text)) throw bad('it holds characters beyond ASCII; write them percent-encoded');
  const scheme = schemeOf(text);
  if (scheme !== undefined && !SCHEMES.includes(scheme))
    throw bad(`iPXE fetches ${SCHEMES.join(', ')}, not ${scheme}`);
  if (HALF_A_URL.test(text)) throw bad('it names no server; write http://server/path');
  const whole = scheme === undefined ? `http://${text}` : text;
  if (!text.includes('${') && !URL.canParse(whole)) throw bad('it is no URL; write http://server/path');
  return text;
}

/**
 * The same for an address that stands alone, with nothing it could be relative to.
 * @param schemeless whether `server/path` is one too
 * @throws SpecError `ipxe.bad-url`
 */
export function readWholeUrl(text: string, schemeless: 'schemeless' | 'with-scheme'): string {
  const url = readIpxeUrl(text);
  const begins = schemeOf(url) !== undefined || url.startsWith('${');
  if (begins || (schemeless === 'schemeless' && !url.startsWith('/'))) return url;
  throw new SpecError(
    'ipxe.bad-url',
    `${JSON.stringify(clipped(text))} is only a part of an address; write http://server/path.`,
    { details: { url: text } },
  );
}

/** `http` of `HTTP://x`. */
export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/^[^/:]+:\d+(?=\/|$)/, ''))?.[1]?.toLowerCase();
}

/** The server as it is written, a name or an address; undefined where only iPXE knows it. */
export function serverOf(url: string): string | undefined {
  if (url.includes('${') || schemeOf(url) === 'file') return undefined;
  const whole = schemeOf(url) === undefined ? `http://${url}` : url.replace(/^[a-z]+:/i, 'http:');
  return new URL(whole).hostname.replace(/^\[|\]$/g, '');
}

/** The name of the server, unless it is an address or only iPXE knows it. */
export function hostNameOf(url: string): string | undefined {
  const server = serverOf(url);
  return server !== undefined && isIP(server) === 0 ? server : undefined;
}

/** The addresses to try for one URL, in order. */
export function addressesOf(url: string, https: boolean): readonly string[] {
  if (schemeOf(url) !== undefined || url.startsWith('${')) return [url];
  return https ? [`https://${url}`, `http://${url}`] : [`http://${url}`];
}
