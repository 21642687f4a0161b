import { readStaticNetwork, type StaticNetwork } from './static-network.ts';

/**
 * The address that QEMU's user networking gives its one guest (qemu(1), `-netdev user`). To ask for it costs iPXE three seconds: it goes on
 * listening for a second server that might know what to boot (DHCP_DISC_PROXY_TIMEOUT_SEC in its config/dhcp.h).
 */
export const USER_NETWORK: StaticNetwork = readStaticNetwork({
  address: '10.0.2.15/24',
  gateway: '10.0.2.2',
  dns: '10.0.2.3',
});
