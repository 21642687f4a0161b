import type { NetbootSystem } from '../../os/netboot-table.ts';
import type { MenuOptions } from './menu-options.ts';

/** Domain, mirrors and overrides in one place, for whoever hosts the menus to edit. What the loader has set stays. */
export function bootConfig(systems: readonly NetbootSystem[], options: MenuOptions): string {
  const { url, mirrors, scripts } = options;
  const unlessSet = (name: string, value: string): string => `isset \${${name}} || set ${name} ${value}`;
  const lines = [
    '#!ipxe',
    '# Where the menus and mirrors are; every setting may be changed here or by the loader.',
    '# Once changed here, export again with --keep-edited.',
    unlessSet('kiln_url', url),
    unlessSet('kiln_timeout', String(options.timeoutSeconds * 1000)),
    unlessSet('kiln_default', options.defaultEntry),
    ...systems.flatMap(({ id }) => mirrorLines(id, new URL(mirrors[id] ?? `mirror/${id}`, url), unlessSet)),
    ...Object.entries(scripts).map(([id, script]) => unlessSet(`${id}_script`, script)),
  ];
  return `${lines.join('\n')}\n`;
}

/** debian-installer wants host and folder apart, and iPXE cannot take an address to pieces. */
function mirrorLines(id: string, mirror: URL, set: (name: string, value: string) => string): string[] {
  return [
    set(`${id}_mirror`, mirror.href.replace(/\/+$/, '')),
    set(`${id}_mirror_host`, mirror.host),
    set(`${id}_mirror_path`, mirror.pathname.replace(/\/+$/, '') || '/'),
  ];
}
