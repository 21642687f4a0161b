import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootFilesOf, lookAtMedia } from '../../src/build/print-guest/look-at-media.ts';
import { pathFacts } from '../../src/build/print-guest/storage-facts.ts';
import { KilnError, SpecError } from '../../src/foundation/errors.ts';
import { parseXml } from '../../src/foundation/parse-xml.ts';
import { writeXml, type XmlNode } from '../../src/foundation/xml-node.ts';
import { lookUpOs } from '../../src/osinfo/look-up-os.ts';
import { GENERIC_OS, type OsFacts } from '../../src/osinfo/os-facts.ts';
import { openOsinfoDb } from '../../src/osinfo/osinfo-db.ts';
import type { GuestFacts } from '../../src/virt-install/guest/guest-facts.ts';
import { guestXml } from '../../src/virt-install/guest-xml.ts';
import { installMethod } from '../../src/virt-install/install-method.ts';
import { parseVirtInstall } from '../../src/virt-install/parse-command-line.ts';
import { refuseUnknownOs, requestedOs } from '../../src/virt-install/requested-os.ts';
import { splitWords } from '../../src/virt-install/split-sub-options.ts';
import type { VirtInstallOptions } from '../../src/virt-install/virt-install-options.ts';
import { canonicalText, differences, splitDocuments } from './compare-domains.ts';
import type { startVirtInstall, VirtInstallRun } from './run-virt-install.ts';
import { factsOf, HOSTS, type HostName, MADE_MAC, MADE_UUID, uriOf } from './virt-install-hosts.ts';

export type CommandLine = {
  readonly host: HostName;
  readonly args: readonly string[];
  readonly text: string;
  /** Both must refuse it. */
  readonly refused: boolean;
};

export type ComparedLine = CommandLine & {
  /** Empty: the same. */
  readonly differences: readonly string[];
  /** Kiln's XML, phase by phase. */
  readonly kiln: readonly XmlNode[];
  readonly theirs: readonly XmlNode[];
};

const BASE = '--name guest --memory 1024 --import --disk none --osinfo debian11'.split(' ');

/** Reads the file of command lines (its head says how they are written). */
export function readLines(text: string): CommandLine[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ ...readLine(wordsOf(line)), text: line }));
}

/** A shell's words; a quote that is not closed, as a line about bad input may have it, is a part of its word. */
function wordsOf(line: string): readonly string[] {
  return splitWords(line) ?? line.split(/\s+/);
}

/** A host's name, then the options; `!` before it: both programs must refuse the line. */
export function readLine(words: readonly string[]): CommandLine {
  if (words[0] === '!') return { ...readLine(words.slice(1)), refused: true };
  const [host = '', ...options] = words;
  if (!Object.hasOwn(HOSTS, host)) throw new Error(`no recorded host is called ${host}`);
  return { host: host as HostName, args: withBase(options), text: options.join(' '), refused: false };
}

/** What the line says itself takes the place of the plainest guest's. */
function withBase(words: readonly string[]): string[] {
  if (words[0] !== '+') return [...words];
  const own = words.slice(1);
  const overrides = (option: string): boolean =>
    own.some((word) => word === option || word.startsWith(`${option}=`));
  const base: string[] = [];
  for (let at = 0; at < BASE.length; at += 1) {
    const word = BASE[at] ?? '';
    const value = BASE[at + 1]?.startsWith('--') === false ? BASE[at + 1] : undefined;
    if (!overrides(word)) base.push(word, ...(value === undefined ? [] : [value]));
    if (value !== undefined) at += 1;
  }
  return [...base, ...own];
}

/** libvirt's test driver looks into no folder, so nobody knows the format of a file in one. */
const CLOUD_INIT_ISO = { path: '/tmp/virtinst-cloudinit.iso', exists: true, type: 'file' } as const;

const osinfo = openOsinfoDb(['/usr/share/osinfo']);

function osOf(options: VirtInstallOptions): OsFacts {
  const { name, required } = requestedOs(options);
  if (name === undefined) return required ? refuseUnknownOs(['debian11']) : GENERIC_OS;
  const os = lookUpOs(osinfo, name);
  if (os === undefined) throw new SpecError('spec.invalid', `libosinfo does not know ${name}`);
  return os;
}

/** Kiln's XML of the line, phase by phase. `local`: what it names of this machine. */
export function kilnXml(
  { host, args }: Pick<CommandLine, 'host' | 'args'>,
  local: (os: OsFacts) => Partial<GuestFacts> = () => ({}),
): XmlNode[] {
  const { options } = readOptions(args);
  const os = osOf(options);
  const facts = factsOf(host, os);
  const mine = local(os);
  const paths = { ...mine.paths, ...facts.paths };
  const { install, final } = guestXml(options, { ...facts, ...mine, paths, cloudInitIso: CLOUD_INIT_ISO });
  return install === undefined ? [final] : [install, final];
}

function readOptions(args: readonly string[]): { readonly options: VirtInstallOptions } {
  const command = parseVirtInstall([...args, '--dry-run']);
  if (command.kind !== 'run') throw new Error(`the line asks for ${command.kind}`);
  return command;
}

/** The files of this machine that a line names, and what its install media hold, for a host whose paths are this machine's. */
async function localFacts(args: readonly string[]): Promise<(os: OsFacts) => Partial<GuestFacts>> {
  const { options } = readOptions(args);
  const method = installMethod(options);
  const cwd = process.cwd();
  // virt-install's kernel and initrd go by random names too, which do not count.
  const cache = await mkdtemp(join(tmpdir(), 'virtinst-'));
  const context = { cwd, env: {}, places: { cache, state: cache, runtime: cache }, projectDir: cwd };
  const look = method.location === undefined ? undefined : lookAtMedia(options, method, context);
  const media = await Promise.resolve(look).finally(() => rm(cache, { recursive: true }));
  const found = await pathFacts(options, [method.cdrom, method.location?.from], cwd, []);
  // libvirt's test driver knows no formats of files.
  const known = Object.entries(found).flatMap(([path, { format: _, ...fact }]) =>
    fact.exists ? [[path, fact] as const] : [],
  );
  return (os) => {
    const bootFiles = bootFilesOf(method, media, os, context);
    return { paths: Object.fromEntries(known), ...(bootFiles === undefined ? {} : { bootFiles }) };
  };
}

export async function compareLine(
  line: CommandLine,
  virtInstall: ReturnType<typeof startVirtInstall>,
): Promise<ComparedLine> {
  const args = line.args.includes('--print-xml') ? line.args : [...line.args, '--print-xml', 'all'];
  const theirs = await virtInstall.run(uriOf(line.host), [...args, '--dry-run']);
  let kiln: XmlNode[] = [];
  let refusal: string | undefined;
  try {
    kiln = kilnXml({ host: line.host, args }, await localFacts(args));
  } catch (error) {
    if (!(error instanceof KilnError)) throw error;
    refusal = error.message;
  }
  const documents = theirs.status === 0 && theirs.out !== '' ? splitDocuments(theirs.out, parseXml) : [];
  return { ...line, kiln, theirs: documents, differences: differencesOf(line, theirs, kiln, refusal) };
}

function differencesOf(
  line: CommandLine,
  theirs: VirtInstallRun,
  kiln: readonly XmlNode[],
  refusal: string | undefined,
): string[] {
  const refuses = theirs.status !== 0;
  if (line.refused) {
    return [
      ...(refuses ? [] : [`- virt-install takes it`]),
      ...(refusal === undefined ? [`+ Kiln takes it`] : []),
    ];
  }
  if (refuses || refusal !== undefined) {
    return [
      ...(refuses ? [`- virt-install refuses: ${theirs.err.trim()}`] : []),
      ...(refusal === undefined ? [] : [`+ Kiln refuses: ${refusal}`]),
    ];
  }
  return compareDocuments(splitDocuments(theirs.out, parseXml), kiln);
}

function compareDocuments(theirs: readonly XmlNode[], kiln: readonly XmlNode[]): string[] {
  const text = kiln.map((document) => writeXml(document)).join('');
  // Kiln's identities are the harness's own unless the line names them.
  const keep = { uuid: !text.includes(MADE_UUID), macs: !text.includes(MADE_MAC) };
  if (theirs.length !== kiln.length) return [`- ${theirs.length} phases`, `+ ${kiln.length} phases`];
  return theirs.flatMap((document, index) => {
    const mine = kiln[index];
    if (mine === undefined) return [];
    const found = differences(canonicalText(document, keep), canonicalText(mine, keep));
    return found.map((text) => (theirs.length > 1 ? `phase ${index + 1}: ${text}` : text));
  });
}

/** How many of the lines with each option are the same. */
export function score(compared: readonly ComparedLine[]): string {
  const byOption = new Map<string, { same: number; all: number }>();
  for (const { args, differences: found } of compared) {
    const options = new Set(
      args.filter((word) => /^--[a-z]/i.test(word)).map((word) => word.split('=', 1)[0] ?? ''),
    );
    for (const option of options) {
      const count = byOption.get(option) ?? { same: 0, all: 0 };
      byOption.set(option, { same: count.same + (found.length === 0 ? 1 : 0), all: count.all + 1 });
    }
  }
  const same = compared.filter(({ differences: found }) => found.length === 0).length;
  const rows = [...byOption].sort().map(([option, count]) => `${option} ${count.same}/${count.all}`);
  return `Same XML as virt-install: ${same} of ${compared.length} command lines\n${rows.join(', ')}`;
}
