import { SEVERITIES, type SyslogMessage } from '../syslog-server/syslog-message.ts';

/**
 * What an installer tells beside its console, one message a line, whatever brought it: Anaconda's virtio port, Subiquity's webhook, or syslog
 * over the network. Of Anaconda only its own words are read: what the kernel and services say through the same port, they say on the console too.
 */

/** rsyslog's template of Anaconda's port: `12:04:11,207 INFO anaconda:packaging: Installing …` (lorax, rsyslog.conf). */
const ANACONDA = /^\d\d:\d\d:\d\d,\d{3} [A-Z]+ (?<program>[^\s:[]+)(?:\[\d+\])?: ?(?<message>.*)$/;
const INSTALLER_PROGRAMS =
  /^(?:anaconda|packaging|storage|blivet|program|dnf|org\.fedoraproject\.Anaconda\S*)$/;
/** Loggers put their names in front: `anaconda: packaging: …`, `INFO:anaconda.modules.payloads: …`. */
const LOGGER_NAMES = /^(?:(?:[A-Z]+:)?[a-z][a-z0-9_.]*: ?)+/;
/** curtin's and cloud-init's events as text (cloudinit/reporting/events.py, as_string). */
const EVENT = /^(?:start|finish): \S+: /;
/** lorax's own monitor passes over these: Anaconda says so of errors that do not matter. */
const HARMLESS = /\bIGNORED\b/;

/** A line of the build's `syslog.log`, made by `syslogLine`. busybox, which is debian-installer's, names no host; rsyslog, which is Anaconda's, does. */
const SYSLOG = new RegExp(
  `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z (?:${SEVERITIES.join('|')}) (?:(?<host>[^\\s:[]+) )?(?<program>[^\\s:[]+)(?:\\[\\d+\\])?: ?(?<message>.*)$`,
);

/** @param at milliseconds since the epoch */
export function syslogLine({ severity, text }: SyslogMessage, at: number): string {
  return `${new Date(at).toISOString()} ${severity} ${text}`;
}

/** @returns the installer's own words; undefined for lines of others */
export function reportText(line: string): string | undefined {
  if (EVENT.test(line)) return line;
  const logged = SYSLOG.exec(line)?.groups;
  if (logged !== undefined && logged.host === undefined) return logged.message?.trim() || undefined;
  return anacondaText(logged ?? ANACONDA.exec(line)?.groups);
}

function anacondaText(groups: Readonly<Record<string, string | undefined>> | undefined): string | undefined {
  const { program = '', message = '' } = groups ?? {};
  if (!INSTALLER_PROGRAMS.test(program) || HARMLESS.test(message)) return undefined;
  const text = message.replace(LOGGER_NAMES, '').trim();
  return text === '' ? undefined : text;
}
