import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRecord } from '../../../src/build/build-records.ts';
import { reportBuild } from '../../../src/build/report-build.ts';
import { silentLogger } from '../../../src/foundation/logger.ts';
import { runCommand } from '../../../src/process/run-command.ts';

const ID = 'abcd1234';
let folder: string;
let logs: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-report-texts-'));
  logs = join(folder, 'out', 'logs');
  await mkdir(logs, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<void> {
  await mkdir(dirname(join(logs, name)), { recursive: true });
  await writeFile(join(logs, name), content);
}

/** @returns what reads a file of the unpacked report */
async function report(message = 'It asks.'): Promise<(name: string) => Promise<string>> {
  await writeRecord(folder, {
    id: ID,
    name: 'web',
    directory: join(folder, 'out'),
    status: 'failed',
    process: { pid: 1, startedAt: '' },
    startedAt: '2026-01-01T00:00:00Z',
    error: { code: 'install.prompt', message },
    images: [],
    kept: false,
    unclean: false,
  });
  const host = { stateDir: folder, cwd: folder, about: ['Kiln 0'], logger: silentLogger };
  const { path, files } = await reportBuild({ ...host, id: ID });
  await runCommand('tar', ['-xzf', path, '-C', folder]);
  return (name) => {
    expect(files).toContain(name);
    return readFile(join(folder, `kiln-report-${ID}`, name), 'utf8');
  };
}

describe('JSON in a report', () => {
  it('stays JSON, its texts without the secrets that logs are kept free of', async () => {
    const said = [
      '{"password": "Zx9json88", "api_key":"Zx9key99"}',
      '--password Zx9hunter5',
      'mysql -u root -pZx9abc',
      '-----BEGIN RSA PRIVATE KEY-----',
      'Zx9KeyBody',
      '-----END RSA PRIVATE KEY-----',
      'the end',
    ];
    const message = 'last line: "the password=Zx9abcdef"\nand more';
    await write('failure.json', JSON.stringify({ message, consoleTail: said, token: 'Zx9token', lines: 3 }));
    const read = await report(message);
    const failure = JSON.parse(await read('logs/failure.json')) as Record<string, unknown>;
    const record = JSON.parse(await read('record.json')) as { error: unknown };
    expect(JSON.stringify([failure, record])).not.toContain('Zx9');
    expect(record.error).toEqual({
      code: 'install.prompt',
      message: 'last line: "the password=********"\nand more',
    });
    expect(failure).toEqual({
      message: 'last line: "the password=********"\nand more',
      consoleTail: [
        '{"password": "********", "api_key":"********"}',
        '--password ********',
        'mysql -u root -p********',
        '-----BEGIN RSA PRIVATE KEY-----********',
        'the end',
      ],
      token: '********',
      lines: 3,
    });
  });

  it.each([
    ['that is cut short', '{"password": "Zx9abc", "more": ['],
    ['that is nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s is text, and is called so', async (_, content) => {
    await write('installer/curtin.json', content);
    const read = await report();
    expect(await read('logs/installer/curtin.json.txt')).not.toContain('Zx9');
    expect(await read('about.txt')).toContain('logs/installer/curtin.json.txt: was no whole JSON');
  });
});

it('a secret that colours divide is hidden, and other lines keep theirs', async () => {
  const other = '\u001b[32m OK \u001b[0m Reached target';
  await write('serial.log', `${other}\r\nlog: pass\u001b[31mword=Zx9\u001b[0mabc done\r\n${other}\n`);
  await write('failure.json', JSON.stringify({ line: 'pass\u001b[31mword=Zx9abc' }));
  const read = await report();
  expect(await read('logs/serial.log')).toBe(`${other}\r\nlog: password=******** done\n${other}\n`);
  expect(JSON.parse(await read('logs/failure.json'))).toEqual({ line: 'password=********' });
});

describe('a long log in a report', { timeout: 60_000 }, () => {
  const line = `${'x'.repeat(1023)}\n`;

  it('is its end, from the beginning of a line, and says so', async () => {
    const content = `${'first\n'}${line.repeat(9 * 1024)}the end\n`;
    await write('serial.log', content);
    const read = await report();
    const lines = (await read('logs/serial.log')).split('\n');
    expect(lines[0]).toBe('[Kiln: the last 8.0 MiB of 9.0 MiB; what was before is left out]');
    expect(new Set(lines.slice(1, -2))).toEqual(new Set(['x'.repeat(1023)]));
    expect(lines.slice(-2)).toEqual(['the end', '']);
    expect(await read('about.txt')).toBe(
      'Kiln 0\nlogs/serial.log: the last 8.0 MiB of 9.0 MiB; what was before is left out\n',
    );
  });

  it('shows nothing of a private key whose beginning is left out', async () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'Zx9KeyBodyZx9KeyBody\n'.repeat(60)}-----END RSA PRIVATE KEY-----\n`;
    const whole = key.replaceAll('\n', '\r\n');
    const rest = line.repeat(8 * 1024).slice(0, -600 - whole.length);
    await write('serial.log', `${line.repeat(10)}${key}${whole}${rest}`);
    const text = await (await report())('logs/serial.log');
    expect(text).not.toContain('Zx9');
    expect(text).toContain('********\n-----BEGIN RSA PRIVATE KEY-----********\r\nxxx');
  });

  it('may be longer than what a process can hold', async () => {
    await write('sparse.log', 'a');
    await truncate(join(logs, 'sparse.log'), 20 * 2 ** 30);
    const read = await report();
    expect(await read('about.txt')).toContain('logs/sparse.log: the last 8.0 MiB of 20.0 GiB');
  });
});
