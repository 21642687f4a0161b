import type { ConsolePattern } from '../console-pattern.ts';

const error = { family: 'autoyast', kind: 'error' } as const;

/** YaST draws its pop-ups with ncurses, so a border may stand before their text: `x` where a terminal's line drawing is not carried out. */
const shown = (what: RegExp): RegExp => new RegExp(String.raw`^(?:x\s|[\s│┌┤║*|])*(?:${what.source})`);

/**
 * AutoYaST and linuxrc (yast-autoinstallation: modules/ProfileLocation.rb, lib/autoinstall/).
 */
export const AUTOYAST_PATTERNS: readonly ConsolePattern[] = [
  {
    ...error,
    id: 'autoyast.fetch',
    phase: 'fetching the profile',
    regex: shown(/An error occurred while fetching the profile/),
    meaning: 'the AutoYaST profile could not be fetched',
    remedy: 'Check the address in autoyast= and that the server is reachable from the guest.',
    sample: { from: 'documented', text: 'An error occurred while fetching the profile:' },
    never: 'Fetching the profile',
  },
  {
    ...error,
    id: 'autoyast.invalid',
    phase: 'reading the profile',
    regex: shown(
      /The AutoYaST (?:profile|rules file|class file) is not a valid XML document|(?:The \w+ )?\S+ has no valid encoding or is corrupted|An error occurred while opening\/parsing the XML file/,
    ),
    meaning: 'the AutoYaST profile is not valid',
    remedy: 'Check it with xmllint or jing; the pop-up names the place.',
    mend: { settings: ['profile'] },
    sample: { from: 'documented', text: 'The AutoYaST profile is not a valid XML document.' },
    never: 'Parsing control file',
  },
  {
    ...error,
    id: 'autoyast.product',
    phase: 'reading the profile',
    regex: shown(/None or wrong base product has been defined/),
    meaning: 'the profile names no base product, or not the one of this medium',
    mend: { settings: ['products', 'product', 'software'] },
    sample: {
      from: 'documented',
      text: 'None or wrong base product has been defined in the AutoYaST configuration file.',
    },
    never: 'Base product: Leap',
  },
  {
    ...error,
    id: 'autoyast.registration',
    phase: 'registering',
    regex: shown(/Registration is mandatory when using the online/),
    meaning: 'this medium installs only after a registration, and the profile has none',
    mend: { settings: ['suse_register'], add: ['<suse_register>…</suse_register>'] },
    sample: {
      from: 'documented',
      text: 'Registration is mandatory when using the online installation medium.',
    },
    never: 'Registration was left out',
  },
  {
    ...error,
    id: 'autoyast.storage',
    phase: 'partitioning',
    regex: shown(/Partitioning issues|No Linux root partition found/),
    meaning: 'the partitioning of the profile cannot be applied',
    remedy: 'Compare <device> with the disk of the template and the sizes with its size.',
    mend: { settings: ['partitioning', 'drive', 'device'] },
    sample: { from: 'documented', text: 'Partitioning issues' },
    never: 'Partitioning the disk',
  },
  {
    ...error,
    id: 'autoyast.packages',
    phase: 'choosing packages',
    regex: shown(/These packages cannot be found in the software repositories|Could not set patterns:/),
    meaning: 'packages or patterns of the profile do not exist on the medium or in the repositories',
    mend: { settings: ['packages', 'patterns', 'add-on'] },
    sample: {
      from: 'documented',
      text: 'These packages cannot be found in the software repositories:\nno-such-package',
    },
    never: 'Installing packages',
  },
  {
    ...error,
    id: 'autoyast.script',
    phase: 'running scripts',
    regex: shown(/User script \S+ failed\./),
    meaning: 'a script of the profile ended with an error',
    remedy: 'Its output stands below; make it end with exit code 0.',
    mend: { settings: ['scripts', 'pre-scripts', 'chroot-scripts', 'post-scripts', 'init-scripts'] },
    sample: { from: 'documented', text: 'User script setup.sh failed.\nDetails:\nsetup.sh: 3: not found' },
    never: 'User script setup.sh finished',
  },
  {
    family: 'autoyast',
    kind: 'prompt',
    id: 'autoyast.profile-location',
    phase: 'fetching the profile',
    regex: shown(/System Profile Location|Profile Location:/),
    meaning: 'it asks where the profile is',
    remedy: 'Check autoyast= on the kernel command line, or that autoinst.xml is in the initrd.',
    sample: { from: 'documented', text: 'System Profile Location' },
    never: 'Profile: located',
  },
  {
    family: 'autoyast',
    kind: 'prompt',
    id: 'autoyast.linuxrc',
    phase: 'loading the installer',
    regex: shown(
      /Could not find the .* (?:Repository|Installation Source)\.|No repository found\.|Activating manual setup program/,
    ),
    meaning: 'linuxrc did not find the packages of the installer and shows its menu',
    remedy: 'Check install= on the kernel command line and the media.',
    sample: {
      from: 'documented',
      text: 'Could not find the openSUSE Leap Repository.\n\nActivating manual setup program.',
    },
    never: 'Loading Installation System (1/6)',
  },
];
