import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findOs, findOsBySuite } from '../../../src/os/find-os.ts';
import { joinArguments } from '../../../src/os/kernel-arguments.ts';
import { OPERATING_SYSTEMS } from '../../../src/os/os-table.ts';

describe('the table of operating systems', () => {
  it('names every system and alias once', () => {
    const words = OPERATING_SYSTEMS.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(words).size).toBe(words.length);
  });

  it('names templates that exist', async () => {
    const files = await readdir(new URL('../../../vm-templates/', import.meta.url));
    for (const { template } of OPERATING_SYSTEMS) if (template) expect(files).toContain(`${template}.yaml`);
  });

  it.each([
    ['debian13', 'debian13'],
    ['Debian-13', 'debian13'],
    ['trixie', 'debian13'],
    ['debian11', 'debian'],
    ['fedora42', 'fedora'],
    ['opensuse15.6', 'opensuse'],
    ['debiantesting', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('finds %j as %j', (word, id) => expect(findOs(word)?.id).toBe(id));

  it('finds a suite', () => {
    expect(findOsBySuite('Trixie')?.id).toBe('debian13');
    expect(findOsBySuite('sid')).toBeUndefined();
  });
});

describe('joinArguments', () => {
  it.each([
    [['a=1', 'b'], [], ['a=1', 'b']],
    [['a=1', 'b'], ['a=2'], ['b', 'a=2']],
    [['console=ttyS0,115200n8'], ['console=tty0'], ['console=ttyS0,115200n8', 'console=tty0']],
    [['console=ttyS0,115200n8'], ['console=ttyS0'], ['console=ttyS0']],
    [['quiet'], ['quiet', '---', 'x'], ['quiet', '---', 'x']],
  ])('joins %j and %j', (ours, users, all) => expect(joinArguments(ours, users)).toEqual(all));
});
