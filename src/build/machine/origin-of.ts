import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';

/**
 * The one option that gave what a message of libvirt's quotes: a value, or else a sub-option, which libvirt calls by the last part of its name
 * (`Invalid BIOS 'date' format`). Values of one's own are quoted last; paths stand without quotes.
 */
export function originOf(message: string, options: VirtInstallOptions): string | undefined {
  const quoted = [...message.matchAll(/'([^']+)'/g)].map(([, word = '']) => word).reverse();
  const paths = [...message.matchAll(/(?<=\s)\/[^\s:;,]+/g)].map(([path]) => path);
  for (const find of [withValue, withSubOption]) {
    for (const word of [...quoted, ...paths]) {
      const [only, another] = find(word, options);
      if (only !== undefined && another === undefined) return only;
    }
  }
  return ofXml(message, options) ?? ofTopic(message, options);
}

/** What `--xml` sets comes to libvirt unchecked, and not every message quotes it (`unknown on_crash action: foo`). */
function ofXml(message: string, { lists }: VirtInstallOptions): string | undefined {
  const words = message.split(/[\s,;]+/);
  const set = (lists.xml ?? []).filter((text) => words.includes(text.slice(text.lastIndexOf('=') + 1)));
  return set.length === 1 ? `--xml ${set[0]}` : undefined;
}

/** Messages that quote nothing of the command line: of a TPM what Kiln chose (`TPM version '2.0'`), of the others nothing at all. */
const TOPICS: readonly (readonly [RegExp, (options: VirtInstallOptions) => string | undefined])[] = [
  [/\bTPM\b/, ({ uses }) => firstOf('tpm', uses)],
  [/\bCPU (?:model|feature)\b/, ({ uses }) => firstOf('cpu', uses)],
  [/\bMaximum CPUs\b|\bvcpus\b/, ({ uses }) => firstOf('vcpus', uses)],
  [/\bDomain title\b/, (options) => withSubOption('title', options)[0]],
];

function ofTopic(message: string, options: VirtInstallOptions): string | undefined {
  return TOPICS.find(([topic]) => topic.test(message))?.[1](options);
}

function firstOf(option: string, uses: VirtInstallOptions['uses']): string | undefined {
  const [use] = uses[option] ?? [];
  return use && `--${option} ${use.text}`;
}

function withValue(word: string, { values, lists, uses }: VirtInstallOptions): string[] {
  // Older options are also filled into those that took their place (`--cpuset` into `--vcpus`).
  const plain = Object.entries(values).flatMap(([name, value]) =>
    value === word ? [`--${name} ${word}`] : [],
  );
  if (plain.length > 0) return plain;
  const set = (lists.xml ?? []).flatMap((text) => (text.endsWith(`=${word}`) ? [`--xml ${text}`] : []));
  return [...set, ...subOptions(uses, (_, value) => value === word)];
}

const withSubOption = (word: string, { uses }: VirtInstallOptions): string[] =>
  subOptions(uses, (name) => name.split('.').at(-1) === word);

const subOptions = (
  uses: VirtInstallOptions['uses'],
  isMeant: (name: string, value: string) => boolean,
): string[] =>
  Object.entries(uses).flatMap(([option, all]) =>
    all.flatMap((use) =>
      Object.entries(use.values)
        .filter(([name, value]) => isMeant(name, value))
        .map(([name]) => `--${option} ${name}`),
    ),
  );
