import { expect, it } from 'vitest';
import { isTimeZone, timeZoneToWrite } from '../../../src/foundation/time-zone.ts';

/** A host may lack tzdata. */
const NO_FOLDER = '/nonexistent/zoneinfo';

const ZONES = (
  'Europe/Berlin UTC GMT GMT0 Etc/UTC Etc/GMT+1 Etc/GMT-14 US/Eastern Asia/Calcutta Asia/Kolkata EST5EDT Zulu GB-Eire ' +
  'America/Argentina/Buenos_Aires America/Port-au-Prince Africa/Dar_es_Salaam Antarctica/DumontDUrville'
).split(' ');

it.each(ZONES)('%s is a time zone, with and without the host’s tzdata', (name) => {
  expect(isTimeZone(name)).toBe(true);
  expect(isTimeZone(name, NO_FOLDER)).toBe(true);
});

const OTHERS =
  'europe/berlin Europe/BERLIN EUROPE/Berlin us/eastern utc Utc Europe America/Indiana Etc Europe/Nowhere Europe/Berlin/X leapseconds ' +
  `tzdata.zi ../UTC /UTC Europe/${'N'.repeat(300)}`;

it.each(OTHERS.split(' '))('%s is none, with and without the host’s tzdata', (name) => {
  expect(isTimeZone(name)).toBe(false);
  expect(isTimeZone(name, NO_FOLDER)).toBe(false);
});

it.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['Europe/BERLIN', 'Europe/Berlin'],
  ['Europe/Berln', 'Europe/Berlin'],
  ['america/new_york', 'America/New_York'],
])('instead of %s one writes %s', (name, meant) => {
  expect(timeZoneToWrite(name)).toBe(meant);
  expect(timeZoneToWrite(name, NO_FOLDER)).toBe(meant);
});

it.each(['Europe', 'America/Indiana', 'Europe/Nowhere', 'Mars/Phobos'])('nothing is near %s', (name) => {
  expect(timeZoneToWrite(name)).toMatch(/^one such as Europe\/Berlin/);
});
