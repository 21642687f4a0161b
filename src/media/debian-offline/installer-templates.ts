/**
 * debconf templates of the installer, reduced to English. All components together carry 10 MB of translations, which the
 * installer reads at every start: 40 s under emulation. (debian-installer does the same for itself in low memory mode.)
 */
export function englishTemplates(text: string): string {
  let dropping = false;
  return text
    .split('\n')
    .filter((line) => {
      if (!/^\s/.test(line)) dropping = isForeign(line);
      return !dropping;
    })
    .join('\n');
}

/** A translated field: `Description-de.UTF-8: …`. Those for `en` and `C` stay. */
function isForeign(line: string): boolean {
  const language = /^[A-Za-z_]+-([A-Za-z_@.0-9-]+):/.exec(line)?.[1];
  return language !== undefined && !/^(en|C)\b/.test(language);
}
