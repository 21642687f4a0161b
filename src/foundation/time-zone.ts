import { existsSync, readdirSync, statSync } from 'node:fs';
import { nearestWord } from './nearest-word.ts';

const ZONE_FOLDER = '/usr/share/zoneinfo';

/** Capitals distinguish zones from what else the folder has (`leapseconds`, `posixrules`), and from most misspelt ones. */
const SHAPE = /^(?:(?:posix|right)\/)?[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/;

/**
 * Whether a name such as Europe/Berlin is a time zone of the IANA database, capitals included: by the host's tzdata, which may be newer
 * than Unicode's data and has names besides (`posix/UTC`), or by Unicode's data, which have names that a host may lack (US/Eastern).
 * @param folder of the host's tzdata; need not be there
 */
export function isTimeZone(name: string, folder: string = ZONE_FOLDER): boolean {
  if (!SHAPE.test(name)) return false;
  if (isFile(`${folder}/${name}`)) return true;
  const canonical = canonicalName(name);
  if (canonical === undefined) return false;
  return [canonical, ...zoneNames(folder)].every((zone) => zone === name || !isSameWord(zone, name));
}

/** What to write instead of a name that is no time zone, behind "write": the nearest, or examples. */
export function timeZoneToWrite(name: string, folder: string = ZONE_FOLDER): string {
  const zones = new Map(zoneNames(folder).map((zone) => [zone.toLowerCase(), zone]));
  const nearest = zones.get(nearestWord(name, zones.keys()) ?? '');
  return nearest ?? 'one such as Europe/Berlin, America/New_York or Etc/UTC (timedatectl list-timezones)';
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const isSameWord = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Without the variants of all zones that tzdata keeps below `posix` and `right`. */
function zoneNames(folder: string): readonly string[] {
  const ofHost = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const isZone = (name: string): boolean => /^[A-Z]/.test(name) && isFile(`${folder}/${name}`);
  return [...new Set([...Intl.supportedValuesOf('timeZone'), ...ofHost.filter(isZone)])];
}

/** Unicode does not mind capitals; files do. */
function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}
