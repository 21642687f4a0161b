import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../src/watch/progress.ts';

describe('progress', () => {
  it.each([
    ['Installing: base system ... 25%', { phase: 'base system', percent: 25 }],
    ['Installing the base system  ... 0%... 6%... 17%', { phase: 'Installing the base system', percent: 17 }],
    ['Waiting for link-local address...  ... 16%', { phase: 'Waiting for link-local address', percent: 16 }],
    [
      'Detecting link on ens3; please wait...  ... 0%',
      { phase: 'Detecting link on ens3; please wait', percent: 0 },
    ],
    ['Installing bash.x86_64 (12/345)', { phase: 'Installing packages', percent: 3 }],
    ['Performing post-installation setup tasks', { phase: 'Performing post-installation setup tasks' }],
    ['Calling task_instsoft', { phase: 'FAI task instsoft' }],
  ])('%s', (line, expected) => {
    expect(progressOf(line)).toEqual(expected);
  });

  it('takes the underlined title of a Debian installer dialogue for a phase', () => {
    expect(progressOf('---------------', 'Partition disks')).toEqual({ phase: 'Partition disks' });
    expect(progressOf('-----', 'Partition disks')).toBeUndefined();
  });

  it.each(['', '... 17%', 'Filesystem  Size  Use%', 'disk 85% full'])('sees none in %j', (line) => {
    expect(progressOf(line)).toBeUndefined();
  });
});
