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
