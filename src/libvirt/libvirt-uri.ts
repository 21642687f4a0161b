/** Connections whose hypervisor is another machine's: a host in the URI, or a transport other than a socket (libvirt.org/uri.html). */
export function isRemoteUri(uri: string): boolean {
  const match = /^[a-z]+(?:\+([a-z0-9]+))?:\/\/([^/]*)\//i.exec(uri);
  if (match === null) return false;
  const [, transport, host = ''] = match;
  return host !== '' || (transport !== undefined && transport !== 'unix');
}

export const isSessionUri = (uri: string): boolean => /^[^:]+:\/\/[^/]*\/session(\?|$)/.test(uri);
