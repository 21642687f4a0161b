import type { StartedGuest } from '../build/build-context.ts';
import type { BuildEvent } from '../build/build-events.ts';
import { placesFrom } from '../foundation/places.ts';
import { chooseLibvirt } from '../libvirt/choose-uri.ts';
import { startDetached } from '../process/start-detached.ts';
import { hasFlag, usesOf, type VirtInstallOptions } from '../virt-install/virt-install-options.ts';
import type { BuildRenderer } from './build-renderer.ts';
import type { CliIo } from './cli-io.ts';
import { saidBefore, viewConsole } from './console-view.ts';
import { safeLine } from './safe-text.ts';

/** What is opened when the guest runs; `why`: what was asked for and cannot be. */
export type AutoConsole = { readonly kind: 'text' | 'graphical' | 'none'; readonly why?: string };

/**
 * `--autoconsole` as virt-install decides it: the guest's screen where there is a display to show it on, else its serial console where
 * there is a terminal. By itself Kiln opens nothing for a guest that an install script sets up, for it shows the progress.
 */
export function chooseAutoConsole(options: VirtInstallOptions, io: CliIo): AutoConsole {
  const asked = hasFlag(options, 'noautoconsole') ? 'none' : (options.values.autoconsole ?? 'default');
  const isBusy = ['json', 'quiet', 'detach'].some((flag) => hasFlag(options, flag));
  const isTerminal = io.keyboard !== undefined && io.out.isTerminal && !isBusy;
  const hasDisplay = Boolean(io.env.DISPLAY || io.env.WAYLAND_DISPLAY);
  switch (asked) {
    case 'none':
      return { kind: 'none' };
    case 'text':
      if (isTerminal) return { kind: 'text' };
      return {
        kind: 'none',
        why: '--autoconsole text needs a terminal, and neither --json, --quiet nor --detach; `kiln builds logs ID --follow` prints what the guest says.',
      };
    case 'graphical':
      if (hasDisplay) return { kind: 'graphical' };
      return {
        kind: 'none',
        why: '--autoconsole graphical needs a display ($DISPLAY); `kiln builds screenshot ID` saves the screen as a picture.',
      };
    default:
      if (options.values.script !== undefined || usesOf(options, 'unattended').length > 0)
        return { kind: 'none' };
      if (hasScreen(options)) return { kind: hasDisplay && !isBusy ? 'graphical' : 'none' };
      return { kind: isTerminal ? 'text' : 'none' };
  }
}

function hasScreen(options: VirtInstallOptions): boolean {
  const uses = usesOf(options, 'graphics');
  return !uses.some(({ values }) => values.none !== undefined || values.type === 'none');
}

/** A renderer with the guest's console in front of it: what happens meanwhile is shown when the console is left. */
export type ConsoleRenderer = BuildRenderer & {
  /** Resolves when the guest has the terminal. */
  open(guest: StartedGuest): Promise<void>;
  /** Resolves when it is left. `end`: at once. */
  left(end: boolean): Promise<void>;
};

export function consoleRenderer(inner: BuildRenderer, { kind }: AutoConsole, io: CliIo): ConsoleRenderer {
  const ending = new AbortController();
  let view: Promise<void> | undefined;
  let held: (() => void)[] | undefined;
  const inTurn = (work: () => void): void => {
    if (held === undefined) work();
    else held.push(work);
  };
  const say = inner.say?.bind(inner);
  const tell = (line: string): void => {
    if (say === undefined) io.err.write(`${line}\n`);
    else say(line);
  };
  const release = (): void => {
    const works = held ?? [];
    held = undefined;
    for (const work of works) work();
  };
  return {
    show: (event: BuildEvent) => inTurn(() => inner.show(event)),
    ...(say === undefined ? {} : { say: (line: string) => inTurn(() => say(line)) }),
    close: (goesOn) => inner.close(goesOn),
    open: async (guest) => {
      if (kind === 'graphical') return openViewer(guest, io, tell);
      if (kind === 'none' || view !== undefined) return;
      try {
        const opened = await openText(guest, io, ending.signal);
        held = [];
        view = opened.closed.then(tellEnd, tellEnd);
      } catch (error) {
        tell(`The guest's console cannot be opened: ${safeLine((error as Error).message)}`);
      }
      function tellEnd(why: unknown): void {
        io.err.write(`\n${safeLine(why instanceof Error ? why.message : String(why))}\n`);
        release();
      }
    },
    left: async (end) => {
      if (end) ending.abort();
      await view;
    },
  };
}

/** @returns when the terminal is the guest's */
async function openText(
  guest: StartedGuest,
  io: CliIo,
  signal: AbortSignal,
): Promise<{ readonly closed: Promise<string> }> {
  const { keyboard } = io;
  if (keyboard === undefined) throw new Error('there is no terminal');
  const libvirt = await chooseLibvirt({
    ...(guest.privateDaemon ? { forcePrivate: true } : { connect: guest.uri }),
    env: io.env,
    runtimeDir: placesFrom(io.env).runtime,
  });
  const view = async (): Promise<string> => {
    try {
      const console = await libvirt.connection.openConsole(guest.uuid);
      io.err.write(`Console of ${safeLine(guest.name)}. Ctrl-] ends the view; the build goes on.\n`);
      io.out.write(await saidBefore(guest.serialLog));
      const why = await viewConsole(console, keyboard, io, signal);
      await console.close();
      return why;
    } finally {
      await libvirt.close();
    }
  };
  return { closed: view() };
}

async function openViewer(guest: StartedGuest, io: CliIo, tell: (line: string) => void): Promise<void> {
  const place = { cwd: io.cwd, env: io.env, output: '/dev/null', errors: '/dev/null' };
  try {
    const viewer = await startDetached('virt-viewer', ['--connect', guest.uri, '--wait', guest.uuid], place);
    viewer.forget();
  } catch (error) {
    tell(
      `virt-viewer cannot be started (${safeLine((error as Error).message)}); install the package virt-viewer.`,
    );
  }
}
