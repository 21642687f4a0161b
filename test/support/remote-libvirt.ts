import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A URI of the daemon behind `uri` as if its host were another one: libvirt talks to a program's standard streams, as with ssh, and knows of
 * no socket (libvirt.org/uri.html, "ext"). `driver` and `path` are those of the URI that the daemon opens for it.
 */
export function remoteUri(uri: string, folder: string, driver = 'qemu', path = '/system'): string {
  const socket = new URL(uri).searchParams.get('socket') ?? '';
  const command = join(folder, 'pipe-to-libvirt');
  const program = [
    `#!${process.execPath}`,
    `const socket = require('node:net').createConnection(${JSON.stringify(socket)});`,
    'process.stdin.pipe(socket).pipe(process.stdout);',
    "socket.on('close', () => process.exit());",
  ];
  writeFileSync(command, `${program.join('\n')}\n`, { mode: 0o755 });
  return `${driver}+ext://elsewhere${path}?command=${command}`;
}
