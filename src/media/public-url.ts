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
  return /^(https?|ftp):/i.test(from) && URL.canParse(from) ? publicUrl(from) : from;
}

/** The URL of a file below `base`, whether or not that ends in a slash; a query such as a token is kept. */
export function joinUrl(base: string, path: string): string {
  const url = new URL(base);
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/*$/, '')}/${encoded.replace(/^\/+/, '')}`;
  return url.href;
}
