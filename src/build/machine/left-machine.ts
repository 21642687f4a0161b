import { quoteCommand } from '../../process/run-command.ts';
import type { BuiltMachine } from '../build-events.ts';

export type LeftMachine = Pick<BuiltMachine, 'name' | 'uri' | 'privateDaemon'> & {
  readonly state: BuiltMachine['state'] | 'undefined';
  /** Files of its disks. */
  readonly disks: readonly string[];
  /** Its final XML among the build's logs. */
  readonly definition: string;
};

/** Kiln's own libvirtd answers only as long as somebody needs it, so another one is named. */
const OWN_DAEMON = "Kiln's own libvirtd, which knows it, runs only as long as Kiln or a guest does.";

/** That somebody undefined a machine that was installed, and how to have it again. */
export function undefinedText(machine: Omit<LeftMachine, 'state'>): string {
  const { name, uri, privateDaemon, definition, disks } = machine;
  const where = privateDaemon ? [] : ['-c', uri];
  const define = quoteCommand('virsh', [...where, 'define', definition]);
  const disk = disks.length === 0 ? 'its disks' : disks.join(', ');
  return (
    `The machine ${name} was installed, but somebody undefined it meanwhile, so libvirt does not know it any more. ` +
    `What it was installed on stays: ${disk}. Define it again with \`${define}\`, or delete that.`
  );
}

/** That the machine of a build that did not end well is there all the same, how to start it, and how to be rid of it. */
export function leftMachineText(machine: LeftMachine): string {
  const { name, state, disks, privateDaemon } = machine;
  const disk = disks.length === 0 ? 'its disks' : disks.join(', ');
  if (state === 'undefined') return undefinedText(machine);
  if (state === 'gone') return `What the transient machine ${name} was installed on stays: ${disk}.`;
  const ways = privateDaemon && state === 'off' ? waysElsewhere(machine) : waysHere(machine);
  return `The machine ${name} stays as it was installed, with ${disk}. ${ways}, and delete its disks.`;
}

function waysHere({ name, uri, state }: LeftMachine): string {
  const virsh = (...words: readonly string[]): string =>
    `\`${quoteCommand('virsh', ['-c', uri, ...words])}\``;
  const undefine = virsh('undefine', '--nvram', name);
  return state === 'running'
    ? `It runs: ${virsh('console', name)}. To remove it: ${virsh('destroy', name)}, ${undefine}`
    : `To start it: ${virsh('start', name)}. To remove it: ${undefine}`;
}

function waysElsewhere({ name, definition }: LeftMachine): string {
  const define = quoteCommand('virsh', ['define', definition]);
  const start = quoteCommand('virsh', ['start', name]);
  return (
    `${OWN_DAEMON} To start it where the host runs one: \`${define}\`, \`${start}\`. ` +
    'To build it anew: choose another --name'
  );
}
