import { escapeXml } from '../escape-xml.ts';
import type { CommonValues, DiskLayout } from './common-options.ts';

const LIST = 'config:type="list"';
const SYMBOL = 'config:type="symbol"';
const EXT4 = `<filesystem ${SYMBOL}>ext4</filesystem>`;

const partition = (...parts: readonly string[]): string => `<partition>${parts.join('')}</partition>`;
const ROOT = partition('<mount>/</mount>', EXT4, '<size>max</size>');

function partitions(layout: DiskLayout): readonly string[] {
  switch (layout) {
    case 'plain':
      return [ROOT];
    case 'swap':
      return [
        partition('<mount>swap</mount>', `<filesystem ${SYMBOL}>swap</filesystem>`, '<size>1G</size>'),
        ROOT,
      ];
    case 'lvm':
      return [
        partition('<mount>/boot</mount>', EXT4, '<size>1G</size>'),
        partition('<lvm_group>system</lvm_group>', '<size>max</size>'),
      ];
  }
}

/** YaST adds by itself what the firmware needs (AutoYaST guide, "Partitioning"). */
function driveElements(layout: DiskLayout, disk: string): string {
  const drive =
    `<drive><device>${disk}</device><disklabel>gpt</disklabel><use>all</use>` +
    `<partitions ${LIST}>${partitions(layout).join('')}</partitions></drive>`;
  if (layout !== 'lvm') return drive;
  const root = partition('<lv_name>root</lv_name>', '<mount>/</mount>', EXT4, '<size>max</size>');
  return `${drive}\n<drive><device>/dev/system</device><type ${SYMBOL}>CT_LVM</type><partitions ${LIST}>${root}</partitions></drive>`;
}

/** XML as it is to stand in the profile. */
export function autoyastFragments(values: CommonValues, disk: string): ReadonlyMap<string, string> {
  const { diskLayout, mirror, proxy, packages } = values;
  const address = escapeXml(proxy);
  return new Map([
    ['drive_elements', driveElements(diskLayout, disk)],
    ['package_elements', packages.map((name) => `<package>${escapeXml(name)}</package>`).join('\n')],
    [
      'repository_elements',
      mirror === ''
        ? ''
        : `<listentry><media_url>${escapeXml(mirror)}</media_url><name>mirror</name></listentry>`,
    ],
    [
      'proxy_elements',
      proxy === ''
        ? ''
        : `<enabled config:type="boolean">true</enabled><http_proxy>${address}</http_proxy><https_proxy>${address}</https_proxy>`,
    ],
  ]);
}
