import { expect, test, vi } from 'vitest';
import { showBuild } from '../../../src/cli/build-command.ts';
import { HARD_EXIT_AFTER_MS, listenForInterruption } from '../../../src/cli/interruption.ts';
import { recordingIo } from './recording-io.ts';

function listening() {
  const io = recordingIo();
  const said: string[] = [];
  return { io, said, interruption: listenForInterruption(io, (line) => said.push(line)) };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s asks the work to stop and says so', (name) => {
  const { io, said, interruption } = listening();
  io.signals.emit(name);
  expect(interruption.signal.reason).toMatchObject({ code: 'cancelled', exitCode: 130 });
  expect(said).toHaveLength(1);
  expect(io.exits).toEqual([]);
  interruption.end();
});

test('the second ends at once, after a moment for clean-up', () => {
  vi.useFakeTimers();
  try {
    const { io } = listening();
    io.signals.emit('SIGINT');
    io.signals.emit('SIGINT');
    vi.advanceTimersByTime(HARD_EXIT_AFTER_MS - 1);
    expect(io.exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(io.exits).toEqual([130]);
  } finally {
    vi.useRealTimers();
  }
});

test('the second tells what may be left, where the command knows it', () => {
  const io = recordingIo();
  const said: string[] = [];
  const { end } = listenForInterruption(
    io,
    (line) => said.push(line),
    () => 'Look at the cloud.',
  );
  io.signals.emit('SIGINT');
  io.signals.emit('SIGINT');
  end();
  expect(said[1]).toBe('Look at the cloud.');
});

test('clean-up that is quicker than that ends as it would', () => {
  vi.useFakeTimers();
  try {
    const { io, interruption } = listening();
    io.signals.emit('SIGINT');
    io.signals.emit('SIGTERM');
    interruption.end();
    vi.advanceTimersByTime(10 * HARD_EXIT_AFTER_MS);
    expect(io.exits).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('the third does not wait', () => {
  const { io, interruption } = listening();
  for (let count = 0; count < 3; count += 1) io.signals.emit('SIGINT');
  expect(io.exits).toEqual([130]);
  interruption.end();
});

test.each([
  ['the third Ctrl-C', 3],
  ['the end of the time for clean-up', 2],
])('%s gives a build’s last event with --json, once', async (_, signals) => {
  vi.useFakeTimers();
  try {
    const io = recordingIo();
    await showBuild({ json: true }, io, async ({ signal }) => {
      for (let count = 0; count < signals; count += 1) io.signals.emit('SIGINT');
      await vi.advanceTimersByTimeAsync(HARD_EXIT_AFTER_MS);
      throw signal?.reason;
    });
    const events = io.stdout().trim().split('\n');
    expect(io.exits[0]).toBe(130);
    expect(events.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'build-failed', code: 'cancelled', exitCode: 130 },
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('afterwards the listeners are gone', () => {
  const { io, interruption } = listening();
  interruption.end();
  expect(io.signals.eventNames()).toEqual([]);
});

test.each([
  ['install', '`kiln builds clean` removes what may be left'],
  ['publish', 'What is named above may be left; the next publication'],
] as const)('the second, while a build is at %s, tells where something may be left', async (stage, told) => {
  const io = recordingIo();
  const code = await showBuild({ json: true }, io, ({ onEvent, signal }) => {
    onEvent?.({ type: 'stage-started', stage, at: 0 });
    io.signals.emit('SIGINT');
    io.signals.emit('SIGINT');
    return Promise.reject(signal?.reason);
  });
  expect(code).toBe(130);
  expect(io.stderr()).toContain(told);
});
