/** A question of debian-installer's, and its answer. */
export type Answer = readonly [question: string, value: string];

const LOCALE = /^(?<language>[a-z]{2,3})(?:_(?<country>[A-Z]{2}))?(?<charset>\.[\w-]+)?(?:@\w+)?$/;
/** The C library's list has these, and no other spelling (localechooser, /etc/SUPPORTED-short). */
const CHARSET = /^\.(?:UTF-8|ISO-8859-\d+|EUC-(?:JP|KR|TW)|GB18030|GBK|BIG5|KOI8-[RTU]|CP1251)$/;

/**
 * What debian-installer's localechooser has to be told besides debian-installer/locale where it shows English alone.
 * @returns undefined for a locale that it would not take for the system
 */
export function languageAnswers(locale: string): readonly Answer[] | undefined {
  if (locale === 'C' || locale === 'POSIX') return answers('C', 'US');
  if (locale === 'C.UTF-8') return answers('en', 'US');
  const { language, country, charset } = LOCALE.exec(locale)?.groups ?? {};
  if (language === undefined || (country === undefined && language !== 'eo')) return undefined;
  if (charset !== undefined && !CHARSET.test(charset) && language !== 'en') return undefined;
  return answers('en', country ?? 'US');
}

/** For a script that lint has yet to judge. */
export const languageAnswersOrUsual = (locale: string): readonly Answer[] =>
  languageAnswers(locale) ?? answers('en', 'US');

const answers = (language: string, country: string): readonly Answer[] => [
  ['debian-installer/language', language],
  ['debian-installer/country', country],
];
