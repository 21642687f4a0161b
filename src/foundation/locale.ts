/** Locales of no language. */
const PLAIN = /^(?:C|POSIX)(?:\.[\w-]+)?$/;
const LOCALE = /^(?<language>[a-z]{2,3})(?:_(?<country>[A-Z]{2}))?(?:\.[\w-]+)?(?:@\w+)?$/;

/** What is wrong with a locale, as the end of a sentence, and which part of it; `code` is that part where it is written well. */
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
  return country === undefined || isKnown('region', country)
    ? undefined
    : { what: `is of no country that is known (${country})`, wrong: 'country', code: country };
}

const isKnown = (type: 'language' | 'region', code: string): boolean =>
  new Intl.DisplayNames(['en'], { type, fallback: 'none' }).of(code) !== undefined;
