/** What one iPXE program can do, told by itself (`help`, and what it says to an address of each scheme). */
export type IpxeCapabilities = {
  /** `1.0.0+git-20190125.36a4c85-5.1` */
  readonly version: string;
  readonly platform: 'pcbios' | 'efi';
  readonly commands: readonly string[];
  /** Those of ASKED_SCHEMES that it has. */
  readonly schemes: readonly IpxeScheme[];
};

/** Schemes that some programs lack; every one has http and tftp. Asked over TCP, which has its answer at once without a network. */
export const ASKED_SCHEMES = ['https', 'ftp', 'nfs', 'file'] as const;
export type IpxeScheme = (typeof ASKED_SCHEMES)[number];

const BEGIN = 'KILN-PROBE begin';
const HELP_END = 'KILN-PROBE help-end';
const SCHEME = 'KILN-PROBE scheme';
export const PROBE_END = 'KILN-PROBE end';

/** ipxe.org/3c092003: no such scheme in this build. Any other error means that it tried. */
const NO_SUCH_SCHEME = /\b0?x?3c09[0-9a-f]{4}\b/i;

/** Port 9 of the guest's own loopback: nothing answers, and nothing is sent anywhere. */
function addressIn(scheme: IpxeScheme): string {
  return scheme === 'file' ? 'file:/kiln-probe' : `${scheme}://127.0.0.1:9/kiln-probe`;
}

export const PROBE_SCRIPT = `#!ipxe
echo
echo ${BEGIN} \${version} \${platform}
help
echo
echo ${HELP_END}
${ASKED_SCHEMES.map((scheme) => `imgfetch ${addressIn(scheme)} || echo ${SCHEME} ${scheme} \${errno}`).join('\n')}
echo ${PROBE_END}
sleep 600
`;

/** Reads what PROBE_SCRIPT printed; undefined when it did not come to its end. */
export function parseProbe(lines: readonly string[]): IpxeCapabilities | undefined {
  const begin = lines.findIndex((line) => line.startsWith(BEGIN));
  const helpEnd = lines.indexOf(HELP_END);
  if (begin < 0 || helpEnd < begin || !lines.includes(PROBE_END)) return undefined;
  const [version = '', platform = ''] = (lines[begin] ?? '').slice(BEGIN.length).trim().split(' ');
  const help = lines.slice(begin + 1, helpEnd);
  const table = help.filter((line) => /^\s+[a-z]/.test(line));
  return {
    version,
    platform: platform === 'efi' ? 'efi' : 'pcbios',
    commands: table.flatMap((line) => line.trim().split(/\s+/)).sort(),
    schemes: ASKED_SCHEMES.filter((scheme) => {
      const said = lines.find((line) => line.startsWith(`${SCHEME} ${scheme} `));
      return said !== undefined && !NO_SUCH_SCHEME.test(said);
    }),
  };
}

/** For what the cache of an earlier run holds. */
export function isCapabilities(value: unknown): value is IpxeCapabilities {
  if (typeof value !== 'object' || value === null) return false;
  const { version, platform, commands, schemes } = value as Partial<IpxeCapabilities>; // every field is looked at below
  return (
    typeof version === 'string' &&
    (platform === 'pcbios' || platform === 'efi') &&
    Array.isArray(commands) &&
    commands.every((command) => typeof command === 'string') &&
    Array.isArray(schemes)
  );
}
