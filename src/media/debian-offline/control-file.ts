/** One paragraph of a Debian control file (deb-control(5), deb822(5)): fields by name, and its text. */
export type ControlStanza = {
  readonly name: string;
  readonly text: string;
  field(name: string): string | undefined;
};

/** Parses a `Packages` or `status` file; paragraphs without `Package` are left out. */
export function parseControlFile(text: string): ControlStanza[] {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => stanzaOf(paragraph.replace(/^\n+|\n+$/g, '')))
    .filter((stanza) => stanza.name !== '');
}

function stanzaOf(text: string): ControlStanza {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const match = /^([!-9;-~]+):\s*(.*)$/.exec(line);
    if (match?.[1] !== undefined) {
      last = match[1];
      fields.set(last, (match[2] ?? '').trimEnd());
    } else if (last) fields.set(last, `${fields.get(last)}\n${line}`);
  }
  return { name: fields.get('Package') ?? '', text, field: (name) => fields.get(name) };
}

/** The paragraph's text without these fields and their continuation lines. */
export function withoutFields(text: string, names: readonly string[]): string {
  let dropping = false;
  return text
    .split('\n')
    .filter((line) => {
      if (!/^\s/.test(line)) dropping = names.includes(line.split(':', 1)[0] ?? '');
      return !dropping;
    })
    .join('\n');
}

/** Names in a relationship field such as Depends, first alternative only, without versions and architectures. */
export function relatedPackages(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((relation) => relation.split('|', 1)[0] ?? '')
    .map((relation) => relation.replace(/[(:[].*$/s, '').trim())
    .filter((name) => name !== '');
}

/** `name_version_arch.deb` as apt names downloads (apt-pkg's QuoteString: `_` and `:` become `%5f`, `%3a`). */
export function archiveFileName(stanza: ControlStanza, extension: 'deb' | 'udeb' = 'deb'): string {
  const quote = (value: string | undefined): string =>
    (value ?? '').replaceAll('%', '%25').replaceAll('_', '%5f').replaceAll(':', '%3a');
  return `${quote(stanza.name)}_${quote(stanza.field('Version'))}_${quote(stanza.field('Architecture'))}.${extension}`;
}
