import { execFile, spawn } from 'node:child_process';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { followSerialLog, type SerialFollower } from '../../../src/watch/serial-follower.ts';

let directory: string;
let path: string;
let follower: SerialFollower | undefined;
let lines: string[];
let partial: string;
let faults: unknown[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-follow-'));
  path = join(directory, 'serial.log');
  [lines, partial, faults] = [[], '', []];
});
afterEach(async () => {
  await follower?.close();
  follower = undefined;
  await rm(directory, { recursive: true, force: true });
});

function follow(offset?: number): SerialFollower {
  follower = followSerialLog({
    path,
    ...(offset === undefined ? {} : { offset }),
    clock: systemClock,
    onUpdate: (update) => {
      lines.push(...update.lines.map(({ text }) => text));
      partial = update.partial;
    },
    onFault: (error) => faults.push(error),
  });
  return follower;
}

async function until(condition: () => boolean, limitMs = 10_000): Promise<number> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > limitMs)
      throw new Error(`not seen: ${JSON.stringify({ lines, partial })}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}

/** Runs shell commands in the folder, as another process would write the log. */
function inShell(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-ec', script], { cwd: directory, stdio: 'ignore' });
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
  });
}

describe('following a serial log', () => {
  it('sees what another process appends to a file that was not there at first', async () => {
    follow();
    await inShell(
      'printf "one\\r\\ntwo\\r\\n" > serial.log; sleep 0.2; printf "Root password: " >> serial.log',
    );
    await until(() => partial === 'Root password:');
    expect(lines).toEqual(['one', 'two']);
  });

  it('notices a change of an existing file well before the fallback check', async () => {
    await writeFile(path, 'old\n');
    follow();
    await until(() => lines.length === 1);
    await appendFile(path, 'new\n');
    expect(await until(() => lines.length === 2)).toBeLessThan(1000);
  });

  it('loses nothing when the file is rotated, again and again, by the writer', async () => {
    await writeFile(path, '');
    follow();
    await inShell(
      'i=0; while [ $i -lt 400 ]; do echo "line $i" >> serial.log; ' +
        'case $i in 99|199|299) sleep 0.3; echo "last of $i" >> serial.log; mv -f serial.log serial.log.0;; esac; ' +
        // The new file has to live for one check; virtlogd rotates after megabytes.
        'case $i in 100|200|300) sleep 2.5;; esac; i=$((i+1)); done',
    );
    await until(() => lines.length >= 403);
    expect(lines.filter((line) => line.startsWith('line'))).toEqual(
      Array.from({ length: 400 }, (_, index) => `line ${index}`),
    );
    expect(lines.filter((line) => line.startsWith('last'))).toEqual([
      'last of 99',
      'last of 199',
      'last of 299',
    ]);
  });

  it('reads on in a new file of the same length', async () => {
    await writeFile(path, 'first\n');
    follow();
    await until(() => lines.length === 1);
    await rename(path, `${path}.0`);
    await writeFile(path, 'other\n');
    await until(() => lines.length === 2);
    expect(lines).toEqual(['first', 'other']);
  });

  it('starts over when the file is truncated', async () => {
    await writeFile(path, 'a long first line\n');
    const following = follow();
    await until(() => lines.length === 1);
    await truncate(path, 0);
    await following.drain();
    await appendFile(path, 'next\n');
    await until(() => lines.length === 2);
    expect(lines[1]).toBe('next');
  });

  it('puts characters together that come in pieces', async () => {
    await writeFile(path, '');
    const following = follow();
    const text = Buffer.from('größer ✓ 日本\n');
    for (const byte of text) {
      await appendFile(path, Buffer.of(byte));
      await following.drain();
    }
    expect(lines).toEqual(['größer ✓ 日本']);
  });

  it('begins at an offset', async () => {
    await writeFile(path, 'of an earlier run\nof this run\n');
    await follow('of an earlier run\n'.length).drain();
    expect(lines).toEqual(['of this run']);
  });

  it('reads what is there at close, and ends the last line', async () => {
    const following = follow();
    await following.drain();
    await writeFile(path, 'one\nKILN-INSTALL-COMPLETE x');
    await following.close();
    expect(lines).toEqual(['one', 'KILN-INSTALL-COMPLETE x']);
    await appendFile(path, 'later\n');
    expect(lines).toHaveLength(2);
  });

  it('tells when the log cannot be read', async () => {
    path = directory;
    await follow().drain();
    expect(faults).not.toEqual([]);
  });

  it('costs next to nothing while nothing happens', async () => {
    await writeFile(path, 'quiet\n');
    const support = resolve('test/support');
    const program = [
      '--import',
      join(support, 'typescript-loader.js'),
      join(support, 'idle-follower.ts'),
      path,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(0.01);
  });
});
