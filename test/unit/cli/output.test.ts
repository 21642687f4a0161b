import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { outputOn } from '../../../src/cli/output.ts';

/** A stream whose every write fails like one whose reader is gone. */
function failing(code: string): NodeJS.WriteStream {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });
  return stream as unknown as NodeJS.WriteStream;
}

test.each(['EPIPE', 'EIO'])('%s is no failure: text is dropped from then on', async (code) => {
  const failures: Error[] = [];
  const out = outputOn(failing(code), {}, (error) => failures.push(error));
  out.write('one\n');
  await new Promise((resolve) => out.closed.addEventListener('abort', resolve, { once: true }));
  out.write('two\n');
  await out.flush();
  expect(failures).toEqual([]);
});

test('a full disk is one', async () => {
  const failure = await new Promise<Error>((resolve) => {
    outputOn(failing('ENOSPC'), {}, resolve).write('x');
  });
  expect(failure).toMatchObject({ code: 'ENOSPC' });
});

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
])('terminal %s with %j has colours: %s', (isTTY, env, colours) => {
  const stream = Object.assign(failing('EPIPE'), { isTTY });
  expect(outputOn(stream, env, () => {}).colours).toBe(colours);
});
