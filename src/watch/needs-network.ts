/**
 * Ids of console patterns that a missing network card explains: where the guest has none, that is what to change, whatever the script says. A
 * slash at the end stands for all ids that begin so.
 */
export const NEEDS_NETWORK: readonly string[] = [
  'debian-installer.preconfiguration-file',
  'debian-installer.kickstart-fetch',
  'debian-installer.no-network-card',
  'debian-installer.dhcp',
  'debian-installer.bad-mirror',
  'debian-installer.components',
  'debian-installer.release-file',
  'debian-installer.repository',
  'debian-installer.download',
  'debian-installer.netcfg/',
  'debian-installer.ethdetect/',
  'debian-installer.mirror/',
  'anaconda.kickstart-fetch',
  'anaconda.stage2',
  'anaconda.payload',
  'anaconda.log-download',
  'anaconda.log-repository',
  'autoyast.fetch',
  'autoyast.registration',
  'autoyast.linuxrc',
  'firmware.dracut-emergency',
  'test-installer.network',
  'test-installer.fetch',
  'generic.name-resolution',
  'generic.unreachable',
];

/** @param id of a console pattern */
export function needsNetwork(id: string): boolean {
  return NEEDS_NETWORK.some((one) => (one.endsWith('/') ? id.startsWith(one) : id === one));
}
