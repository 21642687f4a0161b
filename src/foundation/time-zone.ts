import { existsSync } from 'node:fs';

const ZONE_FOLDER = '/usr/share/zoneinfo';

/**
 * Whether a name such as Europe/Berlin is a time zone of the IANA database: by Unicode's data, or by the host's tzdata, which may be
 * newer and has names besides (`posix/UTC`).
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]+(?:[/+-][\w+-]+)*$/.test(name)) return false;
  return isKnownToUnicode(name) || existsSync(`${ZONE_FOLDER}/${name}`);
}

/** Unicode does not mind capitals; files do. */
function isKnownToUnicode(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}
