import { existsSync, readFileSync } from 'node:fs';
import { suggestion } from '../../foundation/nearest-word.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { KEYBOARD_NAMES } from './keyboard-names.ts';

/** The host's xkeyboard-config may be newer than Kiln's list. */
const HOST_LIST = '/usr/share/X11/xkb/rules/base.lst';

/** A layout and its variant, as kbd names the keymaps it makes of them: `de-nodeadkeys`. Which variants there are, each installer knows. */
const WITH_VARIANT = /^([a-z]+)-[A-Za-z0-9_-]+$/;
/** In other people's words: `de(nodeadkeys)`, `de nodeadkeys`, `de,nodeadkeys`. */
const IN_OTHER_WORDS = /^([a-z]+)[ ,(:]+([A-Za-z0-9_-]+)\)?$/;

export type KeyboardOptions = {
  /** Left out, what any kind takes is good. */
  readonly kind?: InstallScriptKind | undefined;
  /** In the form of xkeyboard-config's `base.lst`; need not be there. */
  readonly hostList?: string;
};

/** What is wrong with the name of a keyboard, as the end of a sentence. */
export function keyboardFault(
  name: string,
  { kind, hostList = HOST_LIST }: KeyboardOptions = {},
): string | undefined {
  const isLayout = (word: string): boolean => KEYBOARD_NAMES.xkb.includes(word) || isListed(word, hostList);
  const names = namesFor(kind);
  if (names.includes(name) || isLayout(name)) return undefined;
  const layout = WITH_VARIANT.exec(name)?.[1];
  if (layout !== undefined && isLayout(layout))
    return kind === 'autoinstall'
      ? `is a layout with its variant, and Subiquity takes the layout alone here; write ${layout}`
      : undefined;
  const [, other = '', variant] = IN_OTHER_WORDS.exec(name) ?? [];
  const inOneWord = kind === 'autoinstall' ? other : `${other}-${variant}`;
  const meant = isLayout(other)
    ? ` Did you mean "${inOneWord}"?`
    : suggestion(name, [...KEYBOARD_NAMES.xkb, ...names]);
  return `is no keyboard layout that the installer knows; write one such as us or de.${meant}`;
}

/** Besides layouts. Subiquity takes no names of console keymaps, and YaST's own are known to YaST alone. */
function namesFor(kind: InstallScriptKind | undefined): readonly string[] {
  if (kind === 'autoinstall') return [];
  const { console, yast } = KEYBOARD_NAMES;
  return kind === 'kickstart' || kind === 'preseed' ? console : [...console, ...yast];
}

function isListed(layout: string, hostList: string): boolean {
  if (!existsSync(hostList)) return false;
  const [, layouts = ''] = /^! layout\n([^!]*)/m.exec(readFileSync(hostList, 'utf8')) ?? [];
  return layouts.split('\n').some((line) => /^\s+(\S+)/.exec(line)?.[1] === layout);
}
