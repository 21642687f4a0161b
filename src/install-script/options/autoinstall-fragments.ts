import type { CommonValues, DiskLayout } from './common-options.ts';

/** Subiquity's guided storage; it makes what the firmware needs by itself (autoinstall reference, "storage"). */
function storage(layout: DiskLayout): unknown {
  switch (layout) {
    case 'plain':
      return { layout: { name: 'direct' }, swap: { size: 0 } };
    case 'swap':
      return { layout: { name: 'direct' }, swap: { size: '1G' } };
    case 'lvm':
      return { layout: { name: 'lvm', 'sizing-policy': 'all' }, swap: { size: 0 } };
  }
}

/** Values of one line: JSON is YAML. */
export function autoinstallFragments(values: CommonValues): ReadonlyMap<string, string> {
  const { diskLayout, mirror, proxy, packages } = values;
  const primary = mirror === '' ? {} : { primary: [{ arches: ['default'], uri: mirror }] };
  return new Map([
    ['storage_value', JSON.stringify(storage(diskLayout))],
    ['package_items', packages.map((name) => JSON.stringify(name)).join(', ')],
    // Without geoip the installer does not ask a server on the Internet where it is.
    ['apt_value', JSON.stringify({ geoip: false, ...primary })],
    ['proxy_value', proxy === '' ? 'null' : JSON.stringify(proxy)],
  ]);
}
