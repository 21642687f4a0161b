import { languageAnswersOrUsual } from '../installer-locale.ts';
import type { CommonValues, DiskLayout } from './common-options.ts';

/** What the firmware needs, where the disk has a GPT: GRUB's core image for BIOS, the EFI system partition for UEFI. */
const FIRMWARE =
  '1 1 1 free $iflabel{ gpt } $reusemethod{ } method{ biosgrub } . ' +
  '64 64 64 fat32 $iflabel{ gpt } $reusemethod{ } method{ efi } format{ } . ';
const BOOT =
  '512 512 1024 ext4 $primary{ } $bootable{ } method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ /boot } . ';
const SWAP = '1024 1024 1024 linux-swap $primary{ } method{ swap } format{ } . ';
const root = (where: string): string =>
  `1500 10000 -1 ext4 ${where} method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } .`;

/** Recipes of partman-auto (debian-installer's partman-auto-recipe.txt), one line each. */
function recipe(layout: DiskLayout): string {
  switch (layout) {
    case 'plain':
      return `${FIRMWARE}${root('$primary{ } $bootable{ }')}`;
    case 'swap':
      return `${FIRMWARE}${SWAP}${root('$primary{ } $bootable{ }')}`;
    case 'lvm':
      return `${FIRMWARE}${BOOT}${root('$lvmok{ }')}`;
  }
}

function diskLines(layout: DiskLayout): readonly string[] {
  const lines = [
    `d-i partman-auto/method string ${layout === 'lvm' ? 'lvm' : 'regular'}`,
    `d-i partman-auto/expert_recipe string kiln :: ${recipe(layout)}`,
    'd-i partman-auto/choose_recipe select kiln',
  ];
  if (layout !== 'lvm') return lines;
  return [
    ...lines,
    'd-i partman-auto-lvm/guided_size string max',
    'd-i partman-auto-lvm/new_vg_name string system',
    'd-i partman-lvm/device_remove_lvm boolean true',
    'd-i partman-lvm/confirm boolean true',
    'd-i partman-lvm/confirm_nooverwrite boolean true',
  ];
}

/**
 * An archive's address in the parts debian-installer keeps (installation guide, B.4.3). It puts them together again as they are, so that a
 * login stands before the host. An empty folder is none to it.
 */
function mirrorLines(mirror: string): readonly string[] {
  if (mirror === '') return [];
  const { protocol, host, pathname } = new URL(mirror);
  const kind = protocol.replace(':', '');
  const [login = ''] = /(?<=:\/\/)[^/]*@/.exec(mirror) ?? [];
  return [
    'd-i mirror/country string manual',
    `d-i mirror/protocol string ${kind}`,
    `d-i mirror/${kind}/hostname string ${login}${host}`,
    `d-i mirror/${kind}/directory string ${pathname.replace(/(?<=.)\/$/, '')}`,
  ];
}

/** The installer speaks English alone on a serial console, whatever the language of the system. */
function localeLines(locale: string): readonly string[] {
  const answers = [...languageAnswersOrUsual(locale), ['debian-installer/locale', locale]];
  return answers.map(([question, value]) => `d-i ${question} string ${value}`);
}

export function preseedFragments({
  locale,
  diskLayout,
  mirror,
  proxy,
}: CommonValues): ReadonlyMap<string, string> {
  const protocol = mirror.startsWith('https:') ? 'https' : 'http';
  const through = proxy === '' ? [] : [`d-i mirror/${protocol}/proxy string ${proxy}`];
  return new Map([
    ['locale_lines', localeLines(locale).join('\n')],
    ['disk_lines', diskLines(diskLayout).join('\n')],
    ['source_lines', [...mirrorLines(mirror), ...through].join('\n')],
  ]);
}
