import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type ControlStanza, withoutFields } from './control-file.ts';

/** A file of the medium's package archive, path relative to `dists/<suite>/`. */
export type IndexFile = { readonly path: string; readonly content: Buffer };

/** A repacked or downloaded installer component and where it lies on the medium. */
export type PooledComponent = {
  readonly stanza: ControlStanza;
  readonly filename: string;
  readonly content: Buffer;
};

const PLACE_FIELDS = ['Filename', 'Size', 'MD5sum', 'SHA1', 'SHA256', 'Description-md5'];

/** The control data of an installer component without the fields that only an index has. */
export function controlOf(stanza: ControlStanza): string {
  return withoutFields(stanza.text, PLACE_FIELDS);
}

/**
 * Paragraphs of the real index. Packages the recipe leaves out of the base system may still be on the medium as a
 * dependency; debootstrap would install them for their priority alone.
 */
export function debStanzas(stanzas: readonly ControlStanza[], leftOut: readonly string[]): string[] {
  return stanzas.map(({ name, text }) =>
    leftOut.includes(name) ? text.replace(/^Priority:.*$/m, 'Priority: optional') : text,
  );
}

export function componentStanzas(components: readonly PooledComponent[]): string[] {
  return components.map(({ stanza, filename, content }) =>
    [
      controlOf(stanza),
      `Filename: ${filename}`,
      `Size: ${content.length}`,
      `MD5sum: ${digest('md5', content)}`,
      `SHA256: ${digest('sha256', content)}`,
    ].join('\n'),
  );
}

/** `Packages`, plain and compressed. It ends with an empty line: without it debian-installer's pkgdetails loses the last. */
export function packagesFiles(folder: string, stanzas: readonly string[]): IndexFile[] {
  const content = Buffer.from(`${stanzas.join('\n\n')}\n\n`);
  return [
    { path: `${folder}/Packages`, content },
    { path: `${folder}/Packages.gz`, content: gzipSync(content, { level: 9 }) },
  ];
}

/** `Release` of the medium: unsigned, so the installer needs `debian-installer/allow_unauthenticated`. */
export function releaseFile(
  suite: string,
  release: string,
  arch: string,
  date: Date,
  files: readonly IndexFile[],
): string {
  const sums = (algorithm: 'md5' | 'sha256'): string[] =>
    files.map(({ path, content }) => ` ${digest(algorithm, content)} ${content.length} ${path}`);
  const head = {
    Origin: 'Debian',
    Label: 'Debian',
    Suite: 'stable',
    Version: release,
    Codename: suite,
    Date: date.toUTCString().replace('GMT', 'UTC'),
    Architectures: arch,
    Components: 'main',
    Description: 'packages for an offline installation',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  return `${[...lines, 'MD5Sum:', ...sums('md5'), 'SHA256:', ...sums('sha256')].join('\n')}\n`;
}

function digest(algorithm: 'md5' | 'sha256', content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex');
}
