export type IniFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Sections of an INI file such as `.treeinfo` (Python's configparser: `=` or `:`, comments with `#` and `;`). */
export function parseIni(text: string): IniFile {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string>();
      sections.set(header, section);
      continue;
    }
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line);
    if (pair?.[1] !== undefined) section.set(pair[1], pair[2] ?? '');
  }
  return sections;
}
