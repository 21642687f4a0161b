/** Value of an `Authorization` or `Proxy-Authorization` header (RFC 7617) for a URL's user name and password, when it has any. */
export function basicLogin({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** URLs keep a `%` that starts no escape as it is; it stands for itself then. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
