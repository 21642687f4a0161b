import type { NetbootSystem } from '../../os/netboot-table.ts';
import type { MenuOptions } from './menu-options.ts';

/** Domain, mirrors and overrides in one place, for whoever hosts the menus to edit. What the loader has set stays. */
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
  return [
    whole,
    '# Its installer wants the parts, and iPXE cannot take an address to pieces: change all four together.',
    set(`${id}_mirror_protocol`, mirror.protocol.replace(':', '')),
    set(`${id}_mirror_host`, mirror.host),
    set(`${id}_mirror_path`, mirror.pathname.replace(/\/+$/, '') || '/'),
  ];
}
