import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LAUNCHER, PROJECT } from './scene.js';

/**
 * @typedef {import('../dist/build/build-events.js').BuildEvent} BuildEvent
 * @typedef {import('../dist/build/build-events.js').BuildResult} BuildResult
 * @typedef {{ type: string }} AnyEvent
 * @typedef {{ result: BuildResult, events: BuildEvent[], peakBytes: number }} KilnRun
 */

const SAMPLE_MS = 100;

/**
 * `kiln build … --json` as a process of its own, with its highest memory use.
 * @param {readonly string[]} args
 * @param {{ env: Record<string, string>, signal: AbortSignal, onEvent?: (event: BuildEvent, pid: number) => void }} options
 * @returns {Promise<KilnRun>}
 */
export async function runKiln(args, options) {
  const { events, peakBytes } = await runForEvents(args, options);
  const found = /** @type {BuildEvent[]} */ (events);
  const last = found.at(-1);
  if (last?.type !== 'build-finished') throw new Error(`kiln's last event is ${last?.type}`);
  return { result: last.result, events: found, peakBytes };
}

/**
 * Any command with `--json` that prints one object a line, and is to end with this code.
 * @template {AnyEvent} E
 * @param {readonly string[]} args
 * @param {{ env: Record<string, string>, signal: AbortSignal, exitCode?: number, onEvent?: (event: E, pid: number) => void }} options
 * @returns {Promise<{ events: E[], peakBytes: number }>}
 */
export async function runForEvents(args, { env, signal, exitCode = 0, onEvent }) {
  const child = spawn(LAUNCHER, [...args, '--json'], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  // Kiln's own clean-up: it stops the guest and removes what it made.
  const interrupt = () => void child.kill('SIGINT');
  signal.addEventListener('abort', interrupt, { once: true });
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(pid));
  }, SAMPLE_MS);
  /** @type {E[]} */
  const events = [];
  createInterface(child.stdout).on('line', (line) => {
    const event = /** @type {E} */ (JSON.parse(line));
    events.push(event);
    onEvent?.(event, pid);
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  try {
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== exitCode) throw new Error(`kiln ended with ${code}:\n${complaints}`);
    return { events, peakBytes };
  } finally {
    clearInterval(sampling);
    signal.removeEventListener('abort', interrupt);
  }
}

/** VmHWM of proc_pid_status(5): the most memory ever resident. 0 when the process has ended. @param {number} pid */
function peakOf(pid) {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1] ?? 0);
}

/** USER_HZ, which is 100 on every Linux of x86_64 (sysconf(3), _SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;

/** Processor seconds used by the process and its threads, not by what it started. @param {number} pid */
export function processorSeconds(pid) {
  // The name in brackets may hold anything; what follows is numbered from field 3, state (proc_pid_stat(5)).
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * @param {number} pid
 * @param {string} file
 */
function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}
