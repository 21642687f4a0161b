import { languageAnswersOrUsual } from '../installer-locale.ts';
import { commandStatus, kickstartRelease } from '../lint/kickstart/kickstart-release.ts';
import type { CommonValues, DiskLayout } from './common-options.ts';

const ROOT = '--size=2048 --grow';

/** `reqpart` makes what the firmware needs, since RHEL 7; before, only GPT on BIOS (Fedora 17 and 18) needed anything. */
function firmwarePartitions(release: string | undefined): readonly string[] {
  if (release === undefined || commandStatus('reqpart', release) === 'known') return ['reqpart'];
  return release.startsWith('fedora') ? ['part biosboot --fstype=biosboot --size=1'] : [];
}

/** Root is made last, so that it lies at the end of the disk and can grow. */
function layoutLines(layout: DiskLayout, release: string | undefined): readonly string[] {
  const fs = release === 'el5' ? 'ext3' : 'ext4';
  const firmware = firmwarePartitions(release);
  switch (layout) {
    case 'plain':
      return [...firmware, `part / --fstype=${fs} ${ROOT}`];
    case 'swap':
      return [...firmware, 'part swap --size=1024', `part / --fstype=${fs} ${ROOT}`];
    case 'lvm':
      return [
        ...firmware,
        `part /boot --fstype=${fs} --size=1024`,
        `part pv.01 ${ROOT}`,
        'volgroup system pv.01',
        `logvol / --vgname=system --name=root --fstype=${fs} ${ROOT}`,
      ];
  }
}

/** Besides `lang`, for debian-installer, which speaks English alone on a serial console. */
function kickseedLocale(locale: string): readonly string[] {
  return languageAnswersOrUsual(locale).map(([question, value]) => `preseed ${question} string ${value}`);
}

/** Anaconda is told of a proxy together with the source alone, so a proxy names the tree of the media besides. */
function sourceLine({ mirror, proxy }: CommonValues, tree: string | undefined): string {
  const from = mirror === '' && proxy !== '' ? (tree ?? '') : mirror;
  const through = proxy === '' ? '' : ` --proxy="${proxy}"`;
  return from === '' ? '' : `url --url="${from}"${through}`;
}

export function kickstartFragments(
  values: CommonValues,
  { os, tree }: { readonly os: string | undefined; readonly tree: string | undefined },
): ReadonlyMap<string, string> {
  return new Map([
    ['disk_lines', layoutLines(values.diskLayout, kickstartRelease(os)).join('\n')],
    ['locale_lines', kickseedLocale(values.locale).join('\n')],
    ['package_lines', values.packages.join('\n')],
    ['source_lines', sourceLine(values, tree)],
    // For installers that know no proxy: a script that asks for this alone takes none.
    ['mirror_lines', sourceLine({ ...values, proxy: '' }, tree)],
  ]);
}
