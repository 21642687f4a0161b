/** One use of an option with sub-options. */
export type OptionUse = {
  /** As typed, for messages. */
  readonly text: string;
  /**
   * By the sub-option's full name, indexes filled in (`numa.cell0.cpus`), checked. An empty text means that it was given empty, which
   * unsets it. Order as typed.
   */
  readonly values: Readonly<Record<string, string>>;
};

/** A command line in virt-install's grammar: plain JSON, checked by itself, not yet against the host. */
export type VirtInstallOptions = {
  /** Options with one value, the last one given; `print-xml` is `1`, `2` or `all`, `wait` whole minutes, negative for ever. */
  readonly values: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** Options whose every value counts, in order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Options with sub-options, in order. */
  readonly uses: Readonly<Record<string, readonly OptionUse[]>>;
};

/** What a command line asks for. */
export type VirtInstallCommand =
  | { readonly kind: 'run'; readonly options: VirtInstallOptions }
  /** `--disk=?`: the names of the options whose sub-options are asked for. */
  | { readonly kind: 'sub-options'; readonly names: readonly string[] }
  | { readonly kind: 'list-os' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export const usesOf = (options: VirtInstallOptions, name: string): readonly OptionUse[] =>
  options.uses[name] ?? [];

export const hasFlag = (options: VirtInstallOptions, name: string): boolean => options.flags.includes(name);

/** A sub-option's value; undefined also when it was given empty. */
export const given = (use: OptionUse | undefined, name: string): string | undefined =>
  use?.values[name] || undefined;

/** The value of a switch, whose spellings were checked when it was parsed. */
export function switchOf(use: OptionUse | undefined, name: string): boolean | undefined {
  const value = given(use, name);
  return value === undefined ? undefined : parseSwitch(value);
}

/** virt-install's words for yes and no, in any case; undefined for others. */
export function parseSwitch(word: string): boolean | undefined {
  const lower = word.toLowerCase();
  if (['y', 'yes', '1', 'true', 't', 'on'].includes(lower)) return true;
  if (['n', 'no', '0', 'false', 'f', 'off'].includes(lower)) return false;
  return undefined;
}
