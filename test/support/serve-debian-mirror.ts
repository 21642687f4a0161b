import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { isoContent } from '../../src/build/iso-content.ts';
import { accessLine } from '../../src/http-server/access-event.ts';
import { firstOf, folderContent, under } from '../../src/http-server/served-content.ts';
import { startHttpServer } from '../../src/http-server/start-http-server.ts';
import { openIsoImage } from '../../src/media/iso9660/iso-image.ts';

/** A program: serves a made mirror at port 8080 below /debian, writes each answer to the log, and runs a command meanwhile. */
const [iso = '', overlay = '', log = '', file = '', ...args] = process.argv.slice(2);
const image = await openIsoImage(iso);
const server = await startHttpServer({
  host: '0.0.0.0',
  port: 8080,
  content: under('debian', firstOf(folderContent(overlay), isoContent(image, iso))),
  onAccess: (event) => {
    if (event.type === 'response') appendFileSync(log, `${accessLine(event)}\n`);
  },
});
const child = spawn(file, args, { stdio: 'inherit' });
process.on('SIGINT', () => child.kill('SIGINT'));
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
await server.close();
await image.close();
