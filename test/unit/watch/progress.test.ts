import { describe, expect, it } from 'vitest';
import { createConsoleText } from '../../../src/watch/console-text.ts';
import { progressOf } from '../../../src/watch/progress.ts';

describe('progress', () => {
  it.each([
    ['Installing: base system ... 25%', { phase: 'base system', percent: 25, percentOf: 'install' }],
    ['Installing the base system  ... 0%... 6%... 17%', { phase: 'Installing the base system', percent: 17 }],
    ['Waiting for link-local address...  ... 16%', { phase: 'Waiting for link-local address', percent: 16 }],
    [
      'Detecting link on ens3; please wait...  ... 0%',
      { phase: 'Detecting link on ens3; please wait', percent: 0 },
    ],
    [
      'Installing bash.x86_64 (12/345)',
      { phase: 'Installing packages', percent: 3, packages: { done: 12, total: 345 } },
    ],
    ['Performing post-installation setup tasks', { phase: 'Performing post-installation setup tasks' }],
    ['Calling task_instsoft', { phase: 'FAI task instsoft' }],
  ])('%s', (line, expected) => {
    expect(progressOf(line)).toEqual(expected);
  });

  it('reads the titles that YaST draws on its screen', () => {
    const drawn = '\x1b[2;3H\x1b[1mPerforming Installation\x1b[5;3HInstalling Packages... 42%\x1b[24;1H';
    const lines = createConsoleText().add(drawn);
    expect(lines.map(({ text }) => progressOf(text)).filter((step) => step !== undefined)).toEqual([
      { phase: 'Performing Installation' },
      { phase: 'Installing Packages', percent: 42 },
    ]);
  });

  it('takes the underlined title of a Debian installer dialogue for a phase', () => {
    expect(progressOf('---------------', 'Partition disks')).toEqual({ phase: 'Partition disks' });
    expect(progressOf('-----', 'Partition disks')).toBeUndefined();
  });

  it.each(['', '... 17%', 'Filesystem  Size  Use%', 'disk 85% full'])('sees none in %j', (line) => {
    expect(progressOf(line)).toBeUndefined();
  });
});
