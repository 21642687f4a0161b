/** Options of section headers, with the letters of KICKSTART_TABLE (pykickstart, sections.py). */
const SCRIPT = { '..............': '--erroronfail --interpreter --log --logfile' };

// biome-ignore format: a table
export const SECTION_OPTIONS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  Object.entries({
    '%onerror': SCRIPT,
    '%packages': {
      '..............': '--excludedocs --ignoremissing',
      '........-.....': '--default',
      '--......---..x': '--excludeWeakdeps',
      '--......---...': '--exclude-weakdeps --ignorebroken --inst-langs',
      '........-....x': '--instLangs',
      '-.......--....': '--multilib',
      '.dxxxxxx..dxxx': '--nobase',
      '--......--....': '--nocore --retries --timeout',
      'xxxxxxxxdxxxxx': '--ignoredeps --resolvedeps',
    },
    '%post': { '..............': '--erroronfail --interpreter --log --logfile --nochroot' },
    '%pre': SCRIPT,
    '%pre-install': SCRIPT,
    '%traceback': SCRIPT,
  }),
);
