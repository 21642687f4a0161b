import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createRawConsole, renderScreen } from '../../../src/watch/screen.ts';
import { readScreenQuestion } from '../../../src/watch/screen-question.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

const ESC = '\x1b';
const at = (row: number, column: number, text: string): string => `${ESC}[${row};${column}H${text}`;
/** DEC special graphics, as newt draws borders on a vt100. */
const lines = (text: string): string => `${ESC}(0${text}${ESC}(B`;
const BAR = at(25, 1, '[            (1*installer)  2 shell  3 shell  4- log           ][ Nov 20 21:46 ]');

/** A window of newt at the place and in the order in which newt draws it. */
function newtWindow(title: string, body: readonly string[], buttons: string): string {
  const row = (text: string): string => `${lines('x')} ${text.padEnd(60)} ${lines('x')}`;
  return [
    `${ESC}[2J${ESC}[1;24r`,
    at(4, 8, `${lines('lqqu')} ${title} ${lines('tqqqk')}`),
    ...body.map((text, index) => at(5 + index, 8, row(text))),
    at(6 + body.length, 8, row(buttons)),
    at(7 + body.length, 8, lines(`m${'q'.repeat(62)}j`)),
    BAR,
  ].join('');
}

const ROOT_PASSWORD = newtWindow(
  '[!!] Set up users and passwords',
  [
    'The root account is to have a password of its own.',
    '',
    'Root password:',
    '',
    '________________________',
  ],
  '<Go Back>                                     <Continue>',
);

describe('a screen', () => {
  it('is rebuilt from cursor movements, with its lines drawn and without the status bar', async () => {
    const screen = await renderScreen(ROOT_PASSWORD);
    expect(screen[3]).toContain('┌──┤ [!!] Set up users and passwords ├───┐');
    expect(screen.join('\n')).not.toContain('installer');
  });

  it('is what is there after a redraw, nothing of what was before', async () => {
    const screen = await renderScreen(
      `${ROOT_PASSWORD}${newtWindow('Installing the base system', ['42%'], '')}`,
    );
    expect(screen.join('\n')).not.toContain('Root password');
  });

  it('has long lines whole, though the firmware before has switched their wrapping off', async () => {
    const line = `${'scsi 0:0:0:0: CD-ROM '.repeat(4)}ANSI: 5`;
    const screen = await renderScreen(`${ESC}c${ESC}[?7l${ESC}[2J${ESC}[=3h${at(1, 1, line)}`);
    expect(screen).toEqual([line.slice(0, 80), line.slice(80)]);
  });

  it('is kept as its last 64 KiB of text', async () => {
    const raw = createRawConsole();
    for (let count = 0; count < 5000; count += 1)
      raw.add(`a line of text that fills the memory ${count}\r\n`);
    expect(raw.isDrawn()).toBe(false);
    raw.add(ROOT_PASSWORD);
    expect(raw.isDrawn()).toBe(true);
    expect((await raw.look()).join('\n')).toContain('Root password:');
    expect(raw.isDrawn()).toBe(false);
  });
});

describe('the question on a screen', () => {
  it('has a title and a text, without borders and buttons', async () => {
    expect(readScreenQuestion(await renderScreen(ROOT_PASSWORD))).toEqual({
      title: 'Set up users and passwords',
      text: ['The root account is to have a password of its own.', 'Root password:'],
    });
  });

  it('is none while a window only shows progress', async () => {
    const progress = newtWindow('Installing the base system', ['42%', 'Unpacking libc6 …'], '');
    expect(readScreenQuestion(await renderScreen(progress))).toBeUndefined();
  });

  it('is none on a screen without a window', async () => {
    expect(readScreenQuestion(await renderScreen('Loading additional components\r\n'))).toBeUndefined();
  });
});

describe('an installer that draws its screen', () => {
  let run: WatchRun | undefined;
  afterEach(async () => {
    await run?.close();
    run = undefined;
  });
  const verdictOn = async (text: string) => {
    run = await startWatch();
    run.guest.print(text);
    return untilDecided(run, 20);
  };

  it('is told by the question in its window', async () => {
    const outcome = await verdictOn(ROOT_PASSWORD);
    expect(outcome).toMatchObject({
      kind: 'failed',
      cause: 'prompt',
      patternId: 'debian-installer.passwd/root-password-crypted',
      line: 'Root password:',
      evidence: { question: { title: 'Set up users and passwords' } },
    });
  });

  it('is told by the error in its window, though newt shows it without a mark', async () => {
    const window = newtWindow(
      '[!!] Partition disks',
      [
        'Failed to partition the selected disk',
        'This probably happened because the selected disk is too small.',
      ],
      '<Continue>',
    );
    expect(await verdictOn(window)).toMatchObject({
      cause: 'installer-error',
      patternId: 'debian-installer.disk-too-small',
    });
  });

  it('is quoted when nobody knows the question', async () => {
    const window = newtWindow('[!!] Licence', ['Do you accept', 'what stands here?'], '<Yes>    <No>');
    expect(await verdictOn(window)).toMatchObject({
      cause: 'prompt',
      patternId: 'generic.screen-question',
      evidence: { question: { title: 'Licence', text: ['Do you accept', 'what stands here?'] } },
    });
  });

  it('is left alone while its window shows progress', async () => {
    run = await startWatch();
    run.guest.print(newtWindow('Installing the base system', ['42%'], ''));
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });

  it('is left alone when the window goes away again', async () => {
    run = await startWatch();
    run.guest.print(ROOT_PASSWORD);
    await run.clock.advance(4);
    run.guest.print(newtWindow('Installing the base system', ['42%'], ''));
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });
});

describe('a recorded console of newt under GNU screen', () => {
  const recorded = async (): Promise<string> =>
    readFile(
      new URL('../../../fixtures/consoles/debian-13-newt-root-password.raw.log', import.meta.url),
      'utf8',
    );

  it('is rebuilt with its box and without the status bar', async () => {
    const screen = await renderScreen(await recorded());
    expect(screen[2]).toContain('┤ [!!] Set up users and passwords ├');
    expect(screen.join('\n')).not.toContain('(1*installer)');
  });

  it('is told by the explanation in the window, where the question itself is out of sight', async () => {
    const run = await startWatch();
    try {
      run.guest.print(await recorded());
      expect(await untilDecided(run, 20)).toMatchObject({
        cause: 'prompt',
        patternId: 'debian-installer.passwd/root-password-crypted',
        evidence: { question: { title: 'Set up users and passwords' } },
      });
    } finally {
      await run.close();
    }
  });
});
