/** One message of a syslog sender (RFC 3164). */
export type SyslogMessage = {
  readonly severity: (typeof SEVERITIES)[number];
  /** From the sender's host name or the program's on; control characters are blanks, line ends too. */
  readonly text: string;
};

/** RFC 3164, table 2, by number. */
export const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

/** A message without priority counts as this: user.notice (RFC 3164, 4.3.3). */
const USUAL_PRIORITY = 13;

/** The sender's clock says less than the receiver's, and is left out. */
const HEADER = /^(?:<(?<priority>\d{1,3})>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(?<text>.*)$/;

/** The messages of a datagram, or of a part of a stream that ends with a line: usually one. */
export function readSyslog(data: string): readonly SyslogMessage[] {
  return data.split(/[\n\0]/).flatMap((line) => {
    const { priority, text = '' } = HEADER.exec(withoutControls(line))?.groups ?? {};
    const severity = SEVERITIES[Number(priority ?? USUAL_PRIORITY) % SEVERITIES.length];
    return text.trim() === '' || severity === undefined ? [] : [{ severity, text: text.trimEnd() }];
  });
}

function withoutControls(line: string): string {
  return line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
