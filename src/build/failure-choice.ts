import type { KilnError } from '../foundation/errors.ts';
import { quoteCommand } from '../process/run-command.ts';
import type { BuildRun } from './build-context.ts';

/** What becomes of the guest of a failed install. */
export type FailureAnswer = 'abort' | 'keep';

export type FailureChoice = {
  /** Called once when an install has failed; asks the user where that was wanted and somebody can answer. */
  decide(error: KilnError): Promise<FailureAnswer>;
  /** The guest was left as it is. */
  isKept(): boolean;
};

export function failureChoice(run: BuildRun): FailureChoice {
  const { request, signal } = run;
  let kept = false;
  return {
    decide: async (error) => {
      const wish = request.onError ?? 'abort';
      const answer = wish === 'ask' ? await askUser(error, run) : wish;
      kept = answer === 'keep' && !signal.aborted;
      return kept ? 'keep' : 'abort';
    },
    isKept: () => kept,
  };
}

/** Who goes away instead of answering (Ctrl-C, a terminal that was closed) leaves nobody to look at the guest. */
async function askUser(error: KilnError, { context, signal, logger }: BuildRun): Promise<FailureAnswer> {
  try {
    return (await context.askOnError?.(error, signal)) ?? 'abort';
  } catch (noAnswer) {
    logger.debug(`the question was not answered: ${String(noAnswer)}`);
    return 'abort';
  }
}

export type KeptGuest = {
  readonly uri: string;
  readonly domain: string;
  readonly buildId: string;
  /** The emulator has no VNC server. */
  readonly lacksVnc?: true | undefined;
};

/** How to look at a guest that was left: what to type. */
export function lookAtGuest(guest: KeptGuest): string {
  const { uri, domain, buildId } = guest;
  const virsh = (...words: readonly string[]): string => quoteCommand('virsh', ['-c', uri, ...words]);
  const builds = (order: string): string => `kiln builds ${order} ${buildId}`;
  return [
    `The guest was left as it is: domain ${domain}`,
    `  console:    ${builds('console')}`,
    `              ${virsh('console', domain)}`,
    ...screenLines(guest),
    `  screenshot: ${builds('screenshot')}`,
    `              ${virsh('screenshot', domain, 'screen.png')}`,
    `  keys:       ${virsh('send-key', domain, 'KEY_ENTER')}`,
    `  end it:     ${virsh('destroy', domain)}     (its logs and its disk stay)`,
    `  remove it:  ${builds('clean')}     (with its logs)`,
  ].join('\n');
}

/** Its VNC server has no address (device-console.ts): libvirt hands each viewer a connection of its own, which virt-viewer asks for with --attach. */
function screenLines({ uri, domain, lacksVnc }: KeptGuest): readonly string[] {
  if (lacksVnc)
    return [
      "  VNC:        none, since this host's QEMU was built without it; a QEMU of your distribution has it",
    ];
  return [
    `  VNC:        ${quoteCommand('virt-viewer', ['-c', uri, '--attach', domain])}`,
    '              kiln builds serve     (the same in a browser; the screen has no address of its own)',
  ];
}
