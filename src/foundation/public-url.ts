import { unescape as decoded } from 'node:querystring';
import { brokenUrl } from './broken-url.ts';

const WEB = /^(https?|ftp):/i;

/** The URL without user name, password, query and fragment: fit for messages, the manifest and the log. */
export function publicUrl(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

/** The URL without user name and password, as Node's fetch() wants it. */
export function withoutLogin(from: URL): string {
  const url = new URL(from);
  url.username = '';
  url.password = '';
  return url.href;
}

/** Install media as the user named them, without what a URL may hold of credentials and tokens. */
export function publicFrom(from: string): string {
  return WEB.test(from) && URL.canParse(from) ? publicUrl(from) : from;
}

const SCHEME = '[a-z][a-z0-9+.-]{0,15}://';
const NEXT = `,?${SCHEME}`;
const END_OF_SENTENCE = String.raw`[,;.)]{1,3}(?:\s|$)`;
/** URLs of a text that holds other things besides, or one behind the other: `repo=http://host/a,http://host/b`. */
const URLS = new RegExp(String.raw`${SCHEME}(?:(?!${NEXT}|${END_OF_SENTENCE})[^\s"'<>])*`, 'gi');

/** A text with its URLs as `publicUrl` has them: a variable's value, arguments of the kernel. One that holds nothing to hide stays byte for byte. */
export const publicText = (text: string): string => text.replace(URLS, publicOne);

function publicOne(text: string): string {
  if (!URL.canParse(text)) return brokenUrl(text);
  const { username, password, search, hash } = new URL(text);
  const login = username + password;
  // Elsewhere it is no token: `hd:///?device=sda1`.
  if (!WEB.test(text)) return login === '' ? text : withoutLogin(new URL(text));
  return login + search + hash === '' ? text : publicUrl(text);
}

/** Passwords of the URLs in a text, and user names that stand without one, which are tokens; as written, and as a server gets them. */
export function urlSecrets(text: string): readonly string[] {
  return (text.match(URLS) ?? []).flatMap((url) => {
    if (!URL.canParse(url)) return [];
    const { username, password } = new URL(url);
    const secret = password || username;
    return secret === '' ? [] : [...new Set([secret, decoded(secret)])];
  });
}

/** The URL of a file below `base`, whether or not that ends in a slash; a query such as a token is kept. */
export function joinUrl(base: string, path: string): string {
  const url = new URL(base);
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/*$/, '')}/${encoded.replace(/^\/+/, '')}`;
  return url.href;
}
