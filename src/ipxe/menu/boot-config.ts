import { SpecError } from '../../foundation/errors.ts';
import type { NetbootSystem } from '../../os/netboot-table.ts';
import type { MenuOptions } from './menu-options.ts';

/**
 * Domain, mirrors and overrides in one place, for whoever hosts the menus to edit. What the loader has set stays.
 * @throws SpecError `ipxe.bad-url` for a mirror that its installer cannot reach
 */
export function bootConfig(systems: readonly NetbootSystem[], options: MenuOptions): string {
  const { url, scripts } = options;
  const unlessSet = (name: string, value: string): string => `isset \${${name}} || set ${name} ${value}`;
  const lines = [
    '#!ipxe',
    '# Where the menus and mirrors are; every setting may be changed here or by the loader.',
    '# Once changed here, export again with --keep-edited.',
    unlessSet('kiln_url', url),
    unlessSet('kiln_timeout', String(options.timeoutSeconds * 1000)),
    unlessSet('kiln_default', options.defaultEntry),
    ...systems.flatMap((system) => mirrorLines(system, options, unlessSet)),
    ...Object.entries(scripts).map(([id, script]) => unlessSet(`${id}_script`, script)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Beside the menus, wherever those are moved to, unless one is named. */
function mirrorLines(
  { id, dialect }: NetbootSystem,
  { mirrors, url }: MenuOptions,
  set: (name: string, value: string) => string,
): string[] {
  const beside = `mirror/${id}`;
  const named = mirrors[id];
  const mirror = new URL(named ?? beside, url);
  const whole = set(
    `${id}_mirror`,
    named === undefined ? `\${kiln_url}${beside}` : mirror.href.replace(/\/+$/, ''),
  );
  if (dialect !== 'debian-installer') return [whole];
  requireReachable(id, mirror);
  return [
    whole,
    '# Its installer wants the parts, and iPXE cannot take an address to pieces: change all four together.',
    set(`${id}_mirror_protocol`, mirror.protocol.replace(':', '')),
    set(`${id}_mirror_host`, mirror.host),
    set(`${id}_mirror_path`, mirror.pathname.replace(/\/+$/, '') || '/'),
  ];
}

/** choose-mirror's, of debian-installer. */
const INSTALLER_SCHEMES = ['http:', 'https:', 'ftp:'];

function requireReachable(id: string, mirror: URL): void {
  const problem = unreachable(mirror);
  if (problem === undefined) return;
  const shown = new URL(mirror);
  shown.username = '';
  shown.password = '';
  throw new SpecError(
    'ipxe.bad-url',
    `The mirror of ${id}, ${shown.href}, cannot be used: its installer ${problem}. Name another: --mirror ${id}=URL.`,
    { details: { system: id, url: shown.href } },
  );
}

function unreachable({ protocol, username, password }: URL): string | undefined {
  if (!INSTALLER_SCHEMES.includes(protocol)) return 'fetches by http, https or ftp alone';
  return username === '' && password === '' ? undefined : 'takes no user or password in an address';
}
