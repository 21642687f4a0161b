import { readFileSync } from 'node:fs';
import { EXIT_CODES } from '../foundation/errors.ts';

/**
 * Kiln's modules, libvirt's connections, a guest's logs and the tools of a conversion are open at once in a build. Below about a hundred not even
 * the modules load, and what fails then says so in Node's words.
 */
const LEAST_OPEN_FILES = 256;

/**
 * Node's fetch parses HTTP with WebAssembly, for which V8 reserves address space, not memory: 10 GiB, and Node itself has about one. With
 * less it ends with a stack trace at the first request.
 */
const LEAST_ADDRESS_SPACE = 12 * 2 ** 30;

type TooLow = { readonly text: string; readonly exitCode: number };

/** What this process may have that is too little to run in, told before anything else is loaded. */
export const tooLowLimit = (limits = readLimits()): TooLow | undefined =>
  tooFewOpenFiles(limits) ?? tooLittleAddressSpace(limits);

/** Node raises the soft limit to the hard one when it starts, so what is read here is all there is. */
function tooFewOpenFiles(limits: string): TooLow | undefined {
  const most = softLimit(limits, 'Max open files');
  if (most >= LEAST_OPEN_FILES) return undefined;
  return refusal(
    'host.too-many-files',
    `Kiln may open ${most} files at a time here, and needs ${LEAST_OPEN_FILES}. Raise the limit: ulimit -n ${LEAST_OPEN_FILES} (as root, or in /etc/security/limits.conf, where the hard limit is lower).`,
  );
}

function tooLittleAddressSpace(limits: string): TooLow | undefined {
  const most = softLimit(limits, 'Max address space');
  if (most >= LEAST_ADDRESS_SPACE) return undefined;
  return refusal(
    'host.no-memory',
    `Kiln may have ${Math.floor(most / 2 ** 20)} MiB of address space here, and Node needs ${LEAST_ADDRESS_SPACE / 2 ** 20} MiB, most of it never used. Raise the limit: ulimit -v unlimited (as root, or in /etc/security/limits.conf, where the hard limit is lower).`,
  );
}

const refusal = (code: string, text: string): TooLow => ({
  text: `error [${code}]: ${text}\n`,
  exitCode: EXIT_CODES.host,
});

function softLimit(limits: string, name: string): number {
  const found = new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits)?.[1];
  return Number(found ?? Number.POSITIVE_INFINITY);
}

/** proc_pid_limits(5); what cannot be read is no reason to refuse. */
function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
