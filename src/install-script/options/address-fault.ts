import { brokenUrl } from '../../foundation/broken-url.ts';

const AUTHORITY = /^https?:\/\/([^/]*)/;
const HOST_AND_PORT = /^(\[[^\]]*\]?|[^:]*)(?::(.*))?$/;
const HIGHEST_PORT = 65_535;
/** A host whose last label is a number is read as an IPv4 address (WHATWG URL, "ends in a number"). */
const ENDS_IN_NUMBER = /(?:^|\.)\d+\.?$/;

/** What is wrong with an http or https address that cannot be parsed, as the end of a sentence that shows no login. */
export function addressFault(address: string): string | undefined {
  if (URL.canParse(address)) return undefined;
  const shown = brokenUrl(address);
  if (URL.canParse(shown)) return 'has a login with a / in it; write it as %2F';
  const [, authority = ''] = AUTHORITY.exec(shown) ?? [];
  const [, host = '', port = ''] = HOST_AND_PORT.exec(authority) ?? [];
  if (host === '') return 'has no host';
  if (/\D/.test(port)) return `has the port ${port}, which is no number`;
  if (Number(port) > HIGHEST_PORT) return `has the port ${port}; ${HIGHEST_PORT} is the highest`;
  if (/[[\]]/.test(host)) return `has the host ${host}, whose brackets hold no IPv6 address`;
  return `has the host ${host}, which is no ${ENDS_IN_NUMBER.test(host) ? 'IPv4 address' : 'name of a host'}`;
}
