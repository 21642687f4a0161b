import { expect, it } from 'vitest';
import { localeFault, localeToWrite } from '../../../src/foundation/locale.ts';

it.each(['de_DE.UTF-8', 'C', 'POSIX', 'sr_RS@latin', 'en_GB', 'sq_XK', 'eo', 'eo.UTF-8', 'syr'])(
  '%s is a locale',
  (locale) => {
    expect(localeFault(locale)).toBeUndefined();
  },
);

it.each([
  ['de_ZZ.UTF-8', 'is of no country that is known (ZZ)'],
  ['de_YY', 'is of no country that is known (YY)'],
  ['en_EU', 'is of no country that is known (EU)'],
  ['en_XA', 'is of no country that is known (XA)'],
  ['en_UK.UTF-8', 'is of the country UK, whose code is GB'],
])('%s %s', (locale, what) => {
  expect(localeFault(locale)).toMatchObject({ what, wrong: 'country' });
});

it.each([
  ['de', 'de_DE.UTF-8'],
  ['de.UTF-8', 'de_DE.UTF-8'],
  ['de@euro', 'de_DE@euro'],
  ['zh', 'zh_CN.UTF-8'],
  ['agr', 'one such as en_US.UTF-8, de_DE.UTF-8 or C.UTF-8'],
])('%s lacks its country: %s', (locale, meant) => {
  expect(localeFault(locale)?.what).toMatch(/no country|no language/);
  expect(localeToWrite(locale)).toBe(meant);
});
