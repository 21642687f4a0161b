import { readFileSync } from 'node:fs';
import { EXIT_CODES } from '../foundation/errors.ts';

/**
 * Kiln's modules, libvirt's connections, a guest's logs and the tools of a conversion are open at once in a build. Below about a hundred not even
 * the modules load, and what fails then says so in Node's words.
 */
const LEAST_OPEN_FILES = 256;

/** Node raises the soft limit to the hard one when it starts, so what is read here is all there is. */
export function tooFewOpenFiles(
  limits = readLimits(),
): { readonly text: string; readonly exitCode: number } | undefined {
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (most >= LEAST_OPEN_FILES) return undefined;
  const text = `error [host.too-many-files]: Kiln may open ${most} files at a time here, and needs ${LEAST_OPEN_FILES}. Raise the limit: ulimit -n ${LEAST_OPEN_FILES} (as root, or in /etc/security/limits.conf, where the hard limit is lower).\n`;
  return { text, exitCode: EXIT_CODES.host };
}

/** proc_pid_limits(5); what cannot be read is no reason to refuse. */
function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
