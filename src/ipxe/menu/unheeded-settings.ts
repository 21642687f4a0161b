/**
 * Which of the settings a kept boot.cfg sets otherwise than the one that was to be written, or not at all.
 * @param coming, kept their texts
 */
export function unheededSettings(coming: string, kept: string, names: readonly string[]): readonly string[] {
  const [wanted, is] = [settingsOf(coming), settingsOf(kept)];
  return names.filter((name) => wanted.get(name) !== is.get(name));
}

/** What the lines `set NAME VALUE` and `isset ${NAME} || set NAME VALUE` set; the last one counts. */
function settingsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/^(?:isset \S+ \|\| +)?set +(\S+) +(\S.*?)\s*$/gm);
  return new Map([...found].map(([, name = '', value = '']) => [name, value]));
}
