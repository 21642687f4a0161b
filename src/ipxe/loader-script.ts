import { SpecError } from '../foundation/errors.ts';
import { ASKED_SCHEMES, type IpxeCapabilities, type IpxeScheme } from './capabilities.ts';
import { addressesOf, schemeOf } from './ipxe-url.ts';
import type { StaticNetwork } from './static-network.ts';

export type LoaderOptions = {
  readonly network: { readonly kind: 'dhcp' } | ({ readonly kind: 'static' } & StaticNetwork);
  /** VLAN id of all traffic. */
  readonly vlan?: number;
  /** `net0`; all are tried when left out, the first alone with a static address. */
  readonly device?: string;
  /** Scripts to chain to, in order; without a scheme https is tried before http. */
  readonly chain: readonly string[];
  /** Rounds of getting an address, and of trying all chain URLs. */
  readonly tries: number;
  /** What follows when all failed: a menu that waits so long for somebody, or at once the end. */
  readonly failsafe: { readonly kind: 'menu'; readonly seconds: number } | { readonly kind: 'fail' };
  /** Settings for the scripts that are loaded: kiln_choice, script_url … */
  readonly settings?: Readonly<Record<string, string>>;
  /** Run nothing without a good signature beside it, where the program can tell (imgverify and a trusted root of its own). */
  readonly verify?: boolean;
  /** Shown first. */
  readonly title: string;
};

export type LoaderScript = {
  readonly text: string;
  /** What was asked for and left out, since the program lacks a command. */
  readonly leftOut: readonly string[];
};

/** Beginning of every line a loader prints for the one who watches the serial port. */
export const LOADER_WORD = 'KILN-IPXE';

/**
 * The script on an ISO: network, then the first chain URL that answers, then a failsafe menu, then the local disk. Never asks for
 * anything by itself; uses only commands that the program has.
 * @throws SpecError `ipxe.cannot` when the program cannot do what is asked for at all
 */
export function loaderScript(options: LoaderOptions, can: IpxeCapabilities): LoaderScript {
  const leftOut = leftOutOf(options, can);
  const lines = [
    '#!ipxe',
    `echo ${LOADER_WORD} ${options.title}`,
    ...Object.entries(options.settings ?? {}).map(([name, value]) => `set ${name} ${value}`),
    ...vlanLines(options, can),
    'set kiln_try:int32 0',
    ...networkLines(options),
    'set kiln_try:int32 0',
    ...chainLines(options, can),
    ...failsafeLines(options, can),
    ...localLines(options, can),
  ];
  return { text: `${lines.join('\n')}\n`, leftOut };
}

function leftOutOf({ chain, verify }: LoaderOptions, can: IpxeCapabilities): string[] {
  const { version } = can;
  const unverified = verify && !canVerify(can) ? [`signatures: iPXE ${version} has no imgverify`] : [];
  const unreachable = chain.flatMap((url) => {
    const lacking = lackingScheme(url, can);
    return lacking === undefined ? [] : [`${url}: iPXE ${version} has no ${lacking}`];
  });
  return [...unverified, ...unreachable];
}

/** The scheme of an address that this program cannot fetch. */
function lackingScheme(url: string, { schemes }: IpxeCapabilities): IpxeScheme | undefined {
  const scheme = ASKED_SCHEMES.find((one) => one === schemeOf(url));
  return scheme === undefined || schemes.includes(scheme) ? undefined : scheme;
}

const canVerify = ({ commands }: IpxeCapabilities): boolean => commands.includes('imgverify');

function vlanLines({ vlan }: LoaderOptions, can: IpxeCapabilities): string[] {
  if (vlan === undefined) return [];
  if (!can.commands.includes('vcreate'))
    throw cannot('VLANs', 'vcreate', can, 'Leave --vlan out and have the switch port untagged');
  return [`vcreate --tag ${vlan} net0 || echo ${LOADER_WORD} VLAN ${vlan} exists already`];
}

function deviceOf({ vlan, device }: LoaderOptions): string | undefined {
  return vlan === undefined ? device : `net0-${vlan}`;
}

/** `inc` counts; `iseq` ends the rounds; a command's failure without `||` would end the script. */
function networkLines(options: LoaderOptions): string[] {
  const { network, tries } = options;
  const device = deviceOf(options);
  if (network.kind === 'static') {
    const name = device ?? 'net0';
    return [
      ':network',
      `ifopen ${name} || goto failsafe`,
      `set ${name}/ip ${network.address}`,
      `set ${name}/netmask ${network.netmask}`,
      ...(network.gateway === '' ? [] : [`set ${name}/gateway ${network.gateway}`]),
      ...(network.dns === '' ? [] : [`set ${name}/dns ${network.dns}`]),
      'set kiln_network static',
      `set kiln_prefix ${network.prefix}`,
      `echo ${LOADER_WORD} network ${network.address}`,
    ];
  }
  return [
    ':network',
    'inc kiln_try',
    `dhcp${device === undefined ? '' : ` ${device}`} && goto network_up ||`,
    `echo ${LOADER_WORD} no address by DHCP, try \${kiln_try} of ${tries}`,
    `iseq \${kiln_try} ${tries} && goto failsafe ||`,
    'sleep 2',
    'goto network',
    ':network_up',
    'set kiln_network dhcp',
    `echo ${LOADER_WORD} network \${ip}`,
  ];
}

function chainLines({ chain, tries, verify }: LoaderOptions, can: IpxeCapabilities): string[] {
  const urls = chain
    .filter((url) => lackingScheme(url, can) === undefined)
    .flatMap((url) => addressesOf(url, can.schemes.includes('https')));
  if (chain.length > 0 && urls.length === 0) {
    const lacking = [...new Set(chain.map((url) => lackingScheme(url, can)))].join(', ');
    throw cannot(lacking, undefined, can, 'Name an http:// address too, or use another iPXE (--ipxe-dir)');
  }
  if (urls.length === 0) return ['goto local'];
  return [
    ':chain',
    'inc kiln_try',
    ...urls.flatMap((url) => [
      `echo ${LOADER_WORD} fetching ${url}`,
      // A script that ends well has sent us on to the local disk.
      ...runLines(url, verify === true && canVerify(can)),
      `echo ${LOADER_WORD} ${url} failed: \${errno}`,
    ]),
    `iseq \${kiln_try} ${tries} && goto failsafe ||`,
    'sleep 2',
    'goto chain',
  ];
}

function runLines(url: string, verified: boolean): string[] {
  if (!verified) return [`chain --autofree ${url} && goto local ||`];
  const fetched = `imgfetch --name kiln_next ${url} && imgverify kiln_next ${url}.sig`;
  return [
    'set kiln_verify 1',
    `${fetched} && chain --autofree kiln_next && goto local ||`,
    'imgfree kiln_next ||',
  ];
}

function failsafeLines({ failsafe, tries }: LoaderOptions, can: IpxeCapabilities): string[] {
  const said = `echo ${LOADER_WORD} gave up after ${tries} tries: \${errno}`;
  if (failsafe.kind === 'fail') return [':failsafe', said, `echo ${LOADER_WORD} failed`, ...stopLines(can)];
  return [
    ':failsafe',
    said,
    `menu Kiln failsafe menu (\${version})`,
    'item local  Boot from the local disk',
    'item retry  Try the network again',
    'item shell  iPXE shell',
    'item reboot Restart',
    `choose --default local --timeout ${failsafe.seconds * 1000} kiln_failsafe || goto local`,
    `goto failsafe_\${kiln_failsafe}`,
    ':failsafe_retry',
    'set kiln_try:int32 0',
    'goto network',
    ':failsafe_shell',
    'shell ||',
    'goto failsafe',
    ':failsafe_reboot',
    'reboot',
    ':failsafe_local',
  ];
}

/** The end where nobody is to be asked: off, or still. Ctrl-C ends a `sleep` with an error, and would end the script in a shell or the firmware. */
const stopLines = ({ commands }: IpxeCapabilities): string[] => [
  ':stop',
  ...(commands.includes('poweroff') ? ['poweroff ||'] : []),
  'sleep 3600 ||',
  'goto stop',
];

/**
 * UEFI firmware goes on with its next boot option when iPXE ends; a BIOS has forgotten the others by then. To it the medium it booted from is the
 * first disk if it is a stick, so that kiln_drive must be 0x81 there, else the stick would start itself again.
 */
function localLines({ failsafe }: LoaderOptions, can: IpxeCapabilities): string[] {
  const said = `echo ${LOADER_WORD} booting from the local disk`;
  if (can.platform === 'efi') return [':local', said, 'exit 1'];
  return [
    ':local',
    said,
    'isset ${kiln_drive} || set kiln_drive 0x80',
    'sanboot --no-describe --drive ${kiln_drive} ||',
    `echo ${LOADER_WORD} no local disk boots: \${errno}`,
    ...(failsafe.kind === 'fail' ? ['goto stop'] : ['shell']),
  ];
}

function cannot(
  what: string,
  command: string | undefined,
  { version }: IpxeCapabilities,
  advice: string,
): SpecError {
  const lack = command === undefined ? '' : ` (no command ${command})`;
  return new SpecError('ipxe.cannot', `iPXE ${version} cannot do ${what}${lack}. ${advice}.`, {
    details: { version, what },
  });
}
