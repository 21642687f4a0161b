import type { NetbootSystem, NetbootVariant } from '../../os/netboot-table.ts';
import { LOADER_WORD } from '../loader-script.ts';
import { dhcpArguments, staticNetworkArguments } from '../static-network.ts';
import type { MenuOptions } from './menu-options.ts';
import { ATTENDED, againLines, failedLines } from './script-lines.ts';

/** The network as the loader set it up, in iPXE's own settings. */
const FROM_IPXE = {
  address: '${ip}',
  netmask: '${netmask}',
  prefix: '${kiln_prefix}',
  gateway: '${gateway}',
  dns: '${dns}',
} as const;

/**
 * The script of one distribution: releases, then variants. Choices already made (kiln_release, kiln_variant) are not asked for, so that one
 * script serves people and machines.
 */
export function systemMenu(system: NetbootSystem, options: MenuOptions): string {
  const { id, title, releases, variants, arches } = system;
  const head = `${title}  -  ${options.title} ${options.version}  [\${ip}]`;
  const lines = [
    '#!ipxe',
    `set kiln_arch ${arches.x86_64}`,
    `iseq \${buildarch} arm64 && set kiln_arch ${arches.arm64} ||`,
    ...networkLines(system),
    ':releases',
    'isset ${kiln_release} && goto release ||',
    `menu ${head}`,
    ...releases.map((release) => `item ${release.key} ${release.title}`),
    'item back Back',
    'choose kiln_pick || exit 0',
    'iseq ${kiln_pick} back && exit 0 ||',
    ...ATTENDED,
    'set kiln_release ${kiln_pick}',
    ':release',
    'isset ${kiln_variant} && goto variant ||',
    `menu ${head}`,
    ...variants.map((variant) => `item ${variant.key} ${variant.title}`),
    'item back Back',
    'choose kiln_pick || goto again',
    'iseq ${kiln_pick} back && goto again ||',
    ...ATTENDED,
    'set kiln_variant ${kiln_pick}',
    ':variant',
    `echo ${LOADER_WORD} ${id} \${kiln_release} \${kiln_variant}`,
    'goto variant_${kiln_variant} || goto failed',
    ...variants.flatMap((variant) => variantLines(system, variant)),
    ...failedLines('again'),
    ...againLines('releases'),
  ];
  return `${lines.join('\n')}\n`;
}

function networkLines({ dialect }: NetbootSystem): string[] {
  const fixed = staticNetworkArguments(dialect, FROM_IPXE).join(' ');
  const dhcp = dhcpArguments(dialect).join(' ');
  return [
    dhcp === '' ? 'clear kiln_net_args' : `set kiln_net_args ${dhcp}`,
    `iseq \${kiln_network} static && set kiln_net_args ${fixed} ||`,
  ];
}

function variantLines(system: NetbootSystem, variant: NetbootVariant): string[] {
  const { id } = system;
  const fill = (text: string): string =>
    text
      .replaceAll('{mirror}', `\${${id}_mirror}`)
      .replaceAll('{mirror_protocol}', `\${${id}_mirror_protocol}`)
      .replaceAll('{mirror_host}', `\${${id}_mirror_host}`)
      .replaceAll('{mirror_path}', `\${${id}_mirror_path}`)
      .replaceAll('{release}', '${kiln_release}')
      .replaceAll('{arch}', '${kiln_arch}')
      .replaceAll('{script}', '${kiln_script}');
  const [kernel, initrd] = [variant.kernel ?? system.kernel, variant.initrd ?? system.initrd];
  const name = initrd.slice(initrd.lastIndexOf('/') + 1);
  const words = [...system.arguments, ...variant.arguments].map(fill).join(' ');
  return [
    `:variant_${variant.key}`,
    ...(variant.key === 'auto' ? scriptLines(id) : []),
    `kernel \${${id}_mirror}/${fill(kernel)} initrd=${name} ${words} \${kiln_net_args} \${kiln_args} || goto failed`,
    `initrd --name ${name} \${${id}_mirror}/${fill(initrd)} || goto failed`,
    `echo ${LOADER_WORD} starting the installer`,
    'boot || goto failed',
  ];
}

/** kiln_script of this machine, else the distribution's of boot.cfg, else somebody types it. */
function scriptLines(id: string): string[] {
  return [
    `isset \${kiln_script} || set kiln_script \${${id}_script} ||`,
    'isset ${kiln_script} && goto scripted ||',
    'isset ${kiln_os} && goto failed ||',
    'echo -n Address of the install script: ',
    'read kiln_script || goto failed',
    ':scripted',
  ];
}
