/** What debian-installer's localechooser has to be told for a locale where it shows English alone. */
export type InstallerLocale = { readonly language: 'en' | 'C'; readonly country: string };

const LOCALE = /^(?<language>[a-z]{2,3})(?:_(?<country>[A-Z]{2}))?(?<charset>\.[\w-]+)?(?:@\w+)?$/;
/** The C library's list has these, and no other spelling (localechooser, /etc/SUPPORTED-short). */
const CHARSET = /^\.(?:UTF-8|ISO-8859-\d+|EUC-(?:JP|KR|TW)|GB18030|GBK|BIG5|KOI8-[RTU]|CP1251)$/;

/** @returns undefined for a locale that localechooser would not take for the system */
export function installerLocale(locale: string): InstallerLocale | undefined {
  if (locale === 'C' || locale === 'POSIX') return { language: 'C', country: 'US' };
  if (locale === 'C.UTF-8') return { language: 'en', country: 'US' };
  const { language, country, charset } = LOCALE.exec(locale)?.groups ?? {};
  if (language === undefined || (country === undefined && language !== 'eo')) return undefined;
  if (charset !== undefined && !CHARSET.test(charset) && language !== 'en') return undefined;
  return { language: 'en', country: country ?? 'US' };
}
