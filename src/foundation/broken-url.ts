/** What was meant as a URL and is none, without what may be credentials and tokens: `http://[`. */
export const brokenUrl = (text: string): string => text.replace(/\/\/.*@/, '//').replace(/[?#].*$/s, '');
