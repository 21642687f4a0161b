import { expect, it } from 'vitest';
import { commonProblems } from '../../../../src/install-script/options/common-options.ts';

it.each(['preseed', 'autoinstall'] as const)(
  'apt, which %s leads to, takes names of packages alone',
  (kind) => {
    const problemsOf = (packages: string) => commonProblems({ packages }, kind);
    expect(problemsOf('vim g++ libstdc++-12-dev libc6:i386 apt-utils')).toEqual([]);
    expect(problemsOf('vim  tmux')).toEqual([]);
    expect(problemsOf('vim @core')).toEqual([
      { name: 'packages', problem: expect.stringMatching(/^"vim @core" has @core, a group of dnf/) },
    ]);
    expect(problemsOf('vim- tmux')).toEqual([
      { name: 'packages', problem: expect.stringMatching(/^"vim- tmux" has vim-, with which apt removes/) },
    ]);
  },
);

it('dnf takes groups', () => {
  expect(commonProblems({ packages: '@core vim' }, 'kickstart')).toEqual([]);
});
