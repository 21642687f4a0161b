/** Locales of no language. */
const PLAIN = /^(?:C|POSIX)(?:\.[\w-]+)?$/;
const LOCALE = /^(?<language>[a-z]{2,3})(?:_(?<country>[A-Z]{2}))?(?:\.[\w-]+)?(?:@\w+)?$/;

/** Languages that the C library has without a country (glibc, localedata/SUPPORTED). */
const WITHOUT_COUNTRY = ['eo', 'syr', 'tok'];

/** What is wrong with a locale, as the end of a sentence, and which part of it; `code` is that part where it is there and written well. */
export type LocaleFault = {
  readonly what: string;
  readonly wrong: 'language' | 'country';
  readonly code?: string;
};

/** Judges a locale(7) by the codes of ISO 639 and ISO 3166, as Unicode's data have them. */
export function localeFault(locale: string): LocaleFault | undefined {
  if (PLAIN.test(locale)) return undefined;
  const { language, country } = LOCALE.exec(locale)?.groups ?? {};
  if (language === undefined)
    return { what: 'is not written as one (language_COUNTRY.UTF-8)', wrong: 'language' };
  if (!isKnown('language', language))
    return { what: `is of no language that is known (${language})`, wrong: 'language', code: language };
  if (country === undefined) {
    if (WITHOUT_COUNTRY.includes(language)) return undefined;
    return { what: 'names no country, and the C library has none without one', wrong: 'country' };
  }
  const what = countryFault(country);
  return what === undefined ? undefined : { what, wrong: 'country', code: country };
}

/** Codes of Unicode for what is no country: unknown, unions, the rest of Oceania, data for tests (UTS 35, "Unicode region subtag"). */
const NO_COUNTRIES = ['ZZ', 'EU', 'EZ', 'UN', 'QO', 'XA', 'XB'];

function countryFault(code: string): string | undefined {
  if (NO_COUNTRIES.includes(code) || !isKnown('region', code))
    return `is of no country that is known (${code})`;
  const { region = code } = new Intl.Locale(`und-${code}`);
  return region === code ? undefined : `is of the country ${code}, whose code is ${region}`;
}

const isKnown = (type: 'language' | 'region', code: string): boolean =>
  new Intl.DisplayNames(['en'], { type, fallback: 'none' }).of(code) !== undefined;

/** One with another mark or letters of another size. */
const MEANT = /^([a-z]{2,3})[-_]([a-z]{2})((?:\.[\w-]+)?(?:@\w+)?)$/i;

/** What to write instead of a locale with a fault, behind "write": the one that is meant, or examples. */
export function localeToWrite(locale: string): string {
  const [, language = '', country = '', rest = ''] = MEANT.exec(locale) ?? [];
  const meant = `${language.toLowerCase()}_${country.toUpperCase()}${rest}`;
  const isMeant = language !== '' && localeFault(meant) === undefined;
  return (isMeant ? meant : withItsCountry(locale)) ?? 'one such as en_US.UTF-8, de_DE.UTF-8 or C.UTF-8';
}

/** For a language alone, the country where most speak it. */
function withItsCountry(locale: string): string | undefined {
  const { language, country } = LOCALE.exec(locale)?.groups ?? {};
  if (language === undefined || country !== undefined) return undefined;
  const { region } = new Intl.Locale(language).maximize();
  const whole = `${language}_${region}${locale.slice(language.length) || '.UTF-8'}`;
  return localeFault(whole) === undefined ? whole : undefined;
}
