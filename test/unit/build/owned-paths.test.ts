import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../src/build/journal.ts';
import { ownedPaths } from '../../../src/build/owned-paths.ts';

const build = { id: 'b1', directory: '/r/out' };
const paths = (...names: string[]): JournalEntry[] => names.map((path) => ({ kind: 'path', path }));

describe('the paths of a journal that are the build’s own', () => {
  it('are what it puts into its folder, and what has its id in the name elsewhere', () => {
    const journal: JournalEntry[] = [
      { kind: 'folder', path: '/r/out/' },
      ...paths('/r/out/.kiln-work-b1', '/r/out/logs', '/r/out/a.qcow2'),
      ...paths('/boot/kiln-b1', '/boot/kiln-b1-cloud-init.iso', '/run/metadata-b1'),
    ];
    expect(ownedPaths(build, journal)).toEqual({
      owned: [
        { path: '/r/out', kind: 'folder' },
        { path: '/r/out/.kiln-work-b1', kind: 'tree' },
        { path: '/r/out/logs', kind: 'tree' },
        { path: '/r/out/a.qcow2', kind: 'file' },
        { path: '/boot/kiln-b1', kind: 'tree' },
        { path: '/boot/kiln-b1-cloud-init.iso', kind: 'tree' },
        { path: '/run/metadata-b1', kind: 'tree' },
      ],
      foreign: [],
    });
  });

  it('are named once, and without what goes with the work folder', () => {
    const journal = paths('/r/out/logs', '/r/out/logs', '/r/out/.kiln-work-b1/disk.raw');
    expect(ownedPaths(build, journal)).toEqual({
      owned: [{ path: '/r/out/logs', kind: 'tree' }],
      foreign: [],
    });
  });

  it.each([
    ...[
      '/',
      '.',
      '',
      '..',
      'logs',
      '/r',
      '/r/out',
      '/r/other',
      '/r/out/a/b',
      '/r/out/../other',
      '/r/outer/x',
    ],
    ...['/r/out/.kiln-work-b1/../../other', '/tmp/.kiln-work-b1', '/boot/kiln-b2', '/r/out/x\0'],
  ])('are not %j', (path) => {
    expect(ownedPaths(build, paths(path))).toEqual({ owned: [], foreign: [path] });
    expect(ownedPaths({ id: 'b1', directory: '' }, paths('/x/.kiln-work-b1', '/x/logs')).owned).toEqual([
      { path: '/x/.kiln-work-b1', kind: 'tree' },
    ]);
  });

  it('are no other folder, be it empty', () => {
    const journal: JournalEntry[] = [{ kind: 'folder', path: '/r' }];
    expect(ownedPaths(build, journal)).toEqual({ owned: [], foreign: ['/r'] });
  });
});
