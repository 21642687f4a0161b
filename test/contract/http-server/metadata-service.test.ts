import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AccessEvent } from '../../../src/http-server/access-event.ts';
import { memoryContent } from '../../../src/http-server/served-content.ts';
import {
  type MetadataService,
  startMetadataService,
} from '../../../src/http-server/start-metadata-service.ts';
import { runCommand } from '../../../src/process/run-command.ts';
import { metadataFiles } from '../../../src/seed/cloud-data.ts';
import { metadataNetwork } from '../../../src/vm/metadata-network.ts';
import { domainInputFixture } from '../../support/plan-fixture.ts';

const SCRIPT = `d-i x/y string é\n${'# a long script\n'.repeat(5000)}`;
const DATA = { userData: SCRIPT, instanceId: '5f2b7d2e-0000-4000-8000-000000000001', hostname: 'guest' };

let folder: string;
let socket: string;
let service: MetadataService | undefined;
let events: AccessEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-meta-'));
  socket = join(folder, 'socket');
  events = [];
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const start = async (): Promise<void> => {
  const content = memoryContent(metadataFiles(DATA));
  service = await startMetadataService(socket, { content, onAccess: (event) => events.push(event) });
};

/** What QEMU's side of the stream gets until it has `count` whole answers. */
async function answersTo(
  requests: readonly string[],
  count: number,
): Promise<{ head: string; body: string }[]> {
  const stream = connect(socket);
  const answers: { head: string; body: string }[] = [];
  let pending = Buffer.alloc(0);
  for (const text of requests) stream.write(text);
  for await (const chunk of stream) {
    pending = Buffer.concat([pending, chunk as Buffer]);
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const head = pending.subarray(0, end).toString();
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (pending.length < end + 4 + length) break;
      answers.push({ head, body: pending.subarray(end + 4, end + 4 + length).toString() });
      pending = pending.subarray(end + 4 + length);
    }
    if (answers.length >= count) break;
  }
  return answers;
}

const get = (path: string, version = '1.1'): string =>
  `GET ${path} HTTP/${version}\r\nHost: 169.254.169.254\r\nUser-Agent: Wget\r\n\r\n`;

it('answers requests of many connections that come one behind the other on one stream', async () => {
  await start();
  const split = get('/openstack/latest/meta_data.json');
  const answers = await answersTo(
    [
      get('/latest/user-data'),
      get('/latest/meta-data/', '1.0') + get('/latest/meta-data/instance-id'),
      split.slice(0, 9),
      split.slice(9),
      get('http://169.254.169.254/nocloud/meta-data'),
      get('/latest/secret'),
      'nonsense\r\n\r\n',
    ],
    7,
  );
  expect(answers.map(({ head }) => head.split('\r\n')[0])).toEqual([
    ...Array(5).fill('HTTP/1.1 200 OK'),
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 400 Bad Request',
  ]);
  const [script, list, id, json, nocloud] = answers.map(({ body }) => body);
  expect(script).toBe(SCRIPT);
  expect(list?.split('\n')).toContain('instance-id');
  expect(id).toBe(DATA.instanceId);
  expect(JSON.parse(json ?? '')).toMatchObject({ uuid: DATA.instanceId, hostname: 'guest' });
  expect(nocloud).toContain(`instance-id: ${DATA.instanceId}\n`);
  for (const { head } of answers) expect(head).toContain('Connection: close');
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'response', path: 'latest/user-data', status: 200, userAgent: 'Wget' }),
  );
});

it('says when it cannot have its socket, and takes nothing away from who has it', async () => {
  const other = createServer().listen(socket);
  await new Promise((settle) => other.once('listening', settle));
  await expect(start()).rejects.toMatchObject({ code: 'host.cannot-listen' });
  await new Promise((settle) => other.close(settle));
});

it('is connected to by QEMU as the domain tells it to', async () => {
  await start();
  const markup = metadataNetwork(domainInputFixture({ metadataSocket: socket }))?.markup ?? '';
  const args = [...markup.matchAll(/value="([^"]*)"/g)].map(([, value = '']) => value);
  const machine = [
    '-S',
    '-machine',
    'q35',
    '-display',
    'none',
    '-nodefaults',
    '-m',
    '64',
    '-monitor',
    'stdio',
  ];
  const { stdout } = await runCommand('qemu-system-x86_64', [...machine, ...args], {
    input: 'info network\nquit\n',
  });
  expect(stdout).toContain('net=169.254.169.0');
});
