import { readFile } from 'node:fs/promises';

/**
 * Whose socket has this port on IPv4's loopback; undefined when there is none any more. `/proc/net/udp` and `/proc/net/tcp` (proc(5)) have
 * a line for each socket: the local address as hexadecimal numbers in the second field, the user in the eighth.
 */
export async function senderUid(protocol: 'udp' | 'tcp', port: number): Promise<number | undefined> {
  const table = await readFile(`/proc/net/${protocol}`, 'utf8').catch(() => '');
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(wanted)) return Number(fields[7]);
  }
  return undefined;
}
