import { expect, it } from 'vitest';
import { localeFault } from '../../../src/foundation/locale.ts';

it.each(['de_DE.UTF-8', 'C', 'POSIX', 'sr_RS@latin', 'en_GB', 'sq_XK', 'de'])('%s is a locale', (locale) => {
  expect(localeFault(locale)).toBeUndefined();
});

it.each([
  ['de_ZZ.UTF-8', 'is of no country that is known (ZZ)'],
  ['de_YY', 'is of no country that is known (YY)'],
  ['en_EU', 'is of no country that is known (EU)'],
  ['en_XA', 'is of no country that is known (XA)'],
  ['en_UK.UTF-8', 'is of the country UK, whose code is GB'],
])('%s %s', (locale, what) => {
  expect(localeFault(locale)).toMatchObject({ what, wrong: 'country' });
});
