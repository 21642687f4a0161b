import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_WITHIN_MS = 10_000;
/** Each imports some thousand Python modules first, which takes 10 s alone and minutes beside guests. */
const ANSWER_WITHIN_MS = 300_000;

/** @param {string} folder @param {string} name */
const pidFile = (folder, name) => join(folder, 'run', `${name}.pid`);

/**
 * Starts a service in a session of its own and notes its process id.
 * @param {string} folder @param {string} name @param {string} file @param {readonly string[]} args
 * @param {Record<string, string>} env
 */
export function startService(folder, name, file, args, env) {
  const log = openSync(join(folder, 'log', `${name}.out`), 'a');
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', log, log], cwd: folder });
  closeSync(log);
  child.on('error', (error) => writeFileSync(join(folder, 'log', `${name}.out`), `${error.message}\n`));
  if (child.pid === undefined) throw new Error(`${file} cannot be started; is its package installed?`);
  writeFileSync(pidFile(folder, name), `${child.pid}\n`);
  child.unref();
}

/** The process of a service while it runs and still is ours: its command line names the lab's folder. @param {string} folder @param {string} name */
export function runningPid(folder, name) {
  const file = pidFile(folder, name);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return words.includes(`${folder}/`) ? pid : undefined;
  } catch {
    return undefined; // it has ended
  }
}

/** Waits until the service answers with any HTTP status. @param {string} folder @param {string} name @param {string} url */
export async function waitForService(folder, name, url) {
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  while (Date.now() < deadline) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
    if (answered) return;
    if (runningPid(folder, name) === undefined)
      throw new Error(`${name} has ended:\n${lastLines(folder, name)}`);
    await delay(100);
  }
  throw new Error(`${name} does not answer on ${url}:\n${lastLines(folder, name)}`);
}

/** @param {string} folder @param {string} name */
export async function stopService(folder, name) {
  const pid = runningPid(folder, name);
  if (pid !== undefined) await endProcess(pid);
  rmSync(pidFile(folder, name), { force: true });
  return pid === undefined ? 0 : 1;
}

/** @param {string} folder */
export function notedServices(folder) {
  const run = join(folder, 'run');
  if (!existsSync(run)) return [];
  return readdirSync(run).flatMap((name) => (name.endsWith('.pid') ? [name.slice(0, -'.pid'.length)] : []));
}

/** @param {number} pid */
async function endProcess(pid) {
  const children = childrenOf(pid);
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) for (const one of [pid, ...children]) signal(one, 'SIGKILL');
    await delay(50);
  }
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** A zombie has ended; whoever adopted it may be slow to say so. @param {number} pid */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** @param {number} pid */
function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** @param {string} folder @param {string} name */
function lastLines(folder, name) {
  const file = join(folder, 'log', `${name}.out`);
  return existsSync(file)
    ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
    : '(no log)';
}
