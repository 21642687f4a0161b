import { describe, expect, it } from 'vitest';
import { grubMenu, isolinuxMenu } from '../../../../src/media/debian-offline/boot-menu.ts';
import {
  basePackages,
  installerComponents,
  moduleComponentName,
  moduleComponentOf,
} from '../../../../src/media/debian-offline/choose-packages.ts';
import {
  archiveFileName,
  parseControlFile,
  relatedPackages,
  withoutFields,
} from '../../../../src/media/debian-offline/control-file.ts';
import { debianBaseUri } from '../../../../src/media/debian-offline/debian-mirror.ts';
import { statusFile } from '../../../../src/media/debian-offline/installer-initrd.ts';
import { englishTemplates } from '../../../../src/media/debian-offline/installer-templates.ts';
import { moduleFiles, parseModulesDep } from '../../../../src/media/debian-offline/kernel-modules.ts';
import {
  debStanzas,
  packagesFiles,
  releaseFile,
} from '../../../../src/media/debian-offline/package-index.ts';
import { type OfflineRecipe, offlineRecipeFor } from '../../../../src/media/debian-offline/recipe.ts';

const TRIXIE = offlineRecipeFor('trixie') as OfflineRecipe;
const KERNEL = '6.12.0-amd64';

describe('control files', () => {
  const text =
    'Package: a\nVersion: 1:2\nArchitecture: amd64\nDescription: x\n long\n .\n text\n\n\nPackage: b\nDepends: c\n';
  it('are taken apart into paragraphs and fields', () => {
    const [a, b] = parseControlFile(text);
    expect(a?.name).toBe('a');
    expect(a?.field('Description')).toBe('x\n long\n .\n text');
    expect(b?.field('Depends')).toBe('c');
  });

  it('lose a field with its continuation lines', () => {
    expect(withoutFields('Package: a\nDescription: x\n y\nSize: 1', ['Description'])).toBe(
      'Package: a\nSize: 1',
    );
  });

  it('name the file apt downloads to', () => {
    const [a] = parseControlFile(text);
    expect(a && archiveFileName(a)).toBe('a_1%3a2_amd64.deb');
  });

  it('give related packages without versions, architectures and alternatives', () => {
    expect(relatedPackages('libc6 (>= 2.41), a:any, b | c, d [amd64]')).toEqual(['libc6', 'a', 'b', 'd']);
    expect(relatedPackages(undefined)).toEqual([]);
  });
});

describe('basePackages', () => {
  it('takes what Debian calls required and important, without what the recipe leaves out', () => {
    const stanzas = ['required', 'important', 'standard'].map(
      (priority) => `Package: p-${priority}\nPriority: ${priority}`,
    );
    const packages = parseControlFile([...stanzas, 'Package: nano\nPriority: important'].join('\n\n'));
    expect(basePackages(packages, TRIXIE)).toEqual(['p-required', 'p-important']);
  });
});

describe('installerComponents', () => {
  const recipe: OfflineRecipe = { ...TRIXIE, installerComponents: ['menu'] };
  const choose = (index: string, present: string[] = []): string[] =>
    installerComponents(parseControlFile(index), new Set(present), KERNEL, recipe).map(({ name }) => name);

  it('follows dependencies and leaves out what the netboot image has', () => {
    expect(
      choose('Package: menu\nDepends: tool, there\n\nPackage: tool\n\nPackage: there', ['there']),
    ).toEqual(['menu', 'tool']);
  });

  it('takes the only provider of a virtual package', () => {
    expect(choose('Package: menu\nDepends: virtual\n\nPackage: real\nProvides: virtual')).toContain('real');
  });

  it('takes kernel modules of the kernel alone', () => {
    const stanza = (version: string): string =>
      `Package: ${moduleComponentName('ext4', version)}\nKernel-Version: ${version}`;
    expect(choose(`${stanza('6.1.0-amd64')}\n\n${stanza(KERNEL)}`)).toEqual([`ext4-modules-${KERNEL}-di`]);
    expect(moduleComponentOf(`cdrom-core-modules-${KERNEL}-di`)).toBe('cdrom-core');
  });
});

describe('the indexes on the medium', () => {
  it('end in an empty line, plain and compressed, and are named in Release', () => {
    const files = packagesFiles('main/binary-amd64', ['Package: a', 'Package: b']);
    expect(files[0]?.content.toString()).toBe('Package: a\n\nPackage: b\n\n');
    const release = releaseFile('trixie', '13', 'amd64', new Date('2026-01-02T03:04:05Z'), files);
    expect(release).toContain('Codename: trixie\n');
    expect(release).toContain('Date: Fri, 02 Jan 2026 03:04:05 UTC\n');
    expect(release.match(/main\/binary-amd64\/Packages\.gz$/gm)).toHaveLength(2);
  });

  it('keep debootstrap from packages that are there for a dependency alone', () => {
    const [nano] = parseControlFile('Package: nano\nPriority: important\nVersion: 1');
    expect(nano && debStanzas([nano], ['nano'])).toEqual(['Package: nano\nPriority: optional\nVersion: 1']);
  });
});

describe('statusFile', () => {
  it('drops the network menu items and leaves to be configured only what has a postinst', () => {
    const status = parseControlFile(
      'Package: kept\nStatus: install ok installed\n\nPackage: net-retriever\n',
    );
    const components = parseControlFile(
      'Package: a\nVersion: 1\nFilename: pool/x\nSHA256: y\n\nPackage: b\nVersion: 2\n',
    ).map((stanza) => ({ stanza, root: '', hasPostinst: stanza.name === 'a' }));
    const stanzas = statusFile(status, components, ['net-retriever']).split('\n\n');
    expect(stanzas).toEqual([
      'Package: kept\nStatus: install ok installed',
      'Package: a\nStatus: install ok unpacked\nVersion: 1',
      'Package: b\nStatus: install ok installed\nVersion: 2',
      '',
    ]);
  });
});

describe('englishTemplates', () => {
  it('drops translations with their continuation lines and keeps English, C and the rest', () => {
    const text = [
      'Template: a/b',
      'Description: Language',
      ' long text',
      'Description-de.UTF-8: Sprache',
      ' langer Text',
      'Choices-C: x',
      'Choices-en.UTF-8: y',
      'Description-pt_BR.UTF-8: z',
      '',
      'Template: c',
    ].join('\n');
    expect(englishTemplates(text).split('\n')).toEqual([
      'Template: a/b',
      'Description: Language',
      ' long text',
      'Choices-C: x',
      'Choices-en.UTF-8: y',
      '',
      'Template: c',
    ]);
  });
});

describe('kernel modules', () => {
  it('come with all they need, once; dashes and underscores are the same', () => {
    const dependencies = parseModulesDep(
      'kernel/a/ext4.ko.xz: kernel/b/mb-cache.ko.xz\nkernel/b/mb-cache.ko.xz:\n',
    );
    expect(moduleFiles(['ext4', 'mb_cache', 'builtin'], dependencies)).toEqual([
      'kernel/a/ext4.ko.xz',
      'kernel/b/mb-cache.ko.xz',
    ]);
  });
});

describe('debianBaseUri', () => {
  it('prefers the archive that is signed as Debian to security and to others', () => {
    const targets = [
      'Debian|Debian-Security|http://m/debian-security/|trixie-security',
      'Google|Google|http://g/|stable',
      'Debian|Debian|http://m/debian|trixie',
    ];
    expect(debianBaseUri(targets.join('\n'))).toBe('http://m/debian/');
  });

  it('goes by the path before the first update', () => {
    expect(debianBaseUri('$(ORIGIN)|$(LABEL)|http://m/debian/|trixie')).toBe('http://m/debian/');
  });

  it('finds none on Ubuntu', () => {
    expect(debianBaseUri('Ubuntu|Ubuntu|http://m/ubuntu/|noble')).toBeUndefined();
  });
});

describe('boot menus', () => {
  it('boot the same kernel with text on the serial console', () => {
    for (const menu of [isolinuxMenu(), grubMenu()]) {
      expect(menu).toContain('/install.amd/vmlinuz');
      expect(menu).toMatch(/DEBIAN_FRONTEND=text.*console=ttyS0,115200n8.* --- console=ttyS0,115200n8/);
    }
  });

  it('give kickseed the word it needs and no auto=true', () => {
    const line = isolinuxMenu()
      .split('\n')
      .find((text) => text.includes('ks=cdrom'));
    expect(line).toContain('netcfg/choose_interface=auto');
    expect(line).not.toContain('auto=true');
  });
});
