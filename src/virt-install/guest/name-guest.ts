import { hidesSomething } from '../../foundation/printable.ts';
import { archOf, type Guest, read } from './guest.ts';
import { writeText } from './processor.ts';

/** Without --name: after the system, with a number once the name is taken; `vm1` for the generic one. */
export function nameGuest(guest: Guest): void {
  if (read(guest.root, './name')) return;
  const { os, host, takenNames } = guest.facts;
  const foreign = archOf(guest) === host.arch ? '' : `-${archOf(guest) === 'armv7l' ? 'arm' : archOf(guest)}`;
  const isGeneric = os.shortId === 'generic';
  const base = (isGeneric ? 'vm' : os.shortId.replace(/-unknown$/, '')) + foreign;
  const counts = isGeneric && foreign === '';
  let name = counts ? `${base}1` : base;
  for (let number = 2; takenNames.includes(name); number += 1)
    name = counts ? `${base}${number}` : `${base}-${number}`;
  writeText(guest.root, 'name', name);
}

/** With libvirt's longest ending, `_VARS.fd`, and the build's id a file name of at most 255 bytes. */
const LONGEST_NAME = 238;

/** What is wrong with the name of a machine. */
export function nameProblems(name: string): string[] {
  const problems: string[] = [];
  if (name === '') problems.push('leaves the machine without a name; libvirt takes none without');
  if (/^\.{1,2}$/.test(name)) problems.push(`"${name}" names a folder; libvirt makes file names of it`);
  if (/[\s/]/.test(name)) problems.push(`${JSON.stringify(name)} must not have spaces or slashes`);
  else if (hidesSomething(name)) problems.push(`holds ${firstHidden(name)}, which nobody sees; leave it out`);
  const length = Buffer.byteLength(name);
  if (length > LONGEST_NAME)
    problems.push(`has ${length} bytes; libvirt makes file names of it, and ${LONGEST_NAME} is the most`);
  return problems;
}

/** `U+200B as its character 3`; itself it would be as invisible in the message. */
function firstHidden(name: string): string {
  const characters = [...name];
  const at = characters.findIndex(hidesSomething);
  const code = characters[at]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} as its character ${at + 1}`;
}
