import { expect, it } from 'vitest';
import { parseTemplate } from '../../../src/spec/parse-template.ts';

const problemsOf = (text: string): readonly string[] =>
  parseTemplate({ text, path: '/x.yaml', label: 'x.yaml' }).problems.map(
    ({ where, problem }) => `${where}: ${problem}`,
  );

it.each([
  [
    'a key below one with a value',
    'base: x\ndisk: 5GiB\n memory: 1GiB\ncpu: max\n',
    '3:2',
    '"memory: 1GiB" begins at column 2, and what stands above it at column 1;',
  ],
  [
    'a key that stands too deep',
    'disk:\n  size: 5GiB\n   bus: virtio\n',
    '3:4',
    '"bus: virtio" begins at column 4, and what stands above it at column 1 or 3;',
  ],
  [
    'a key that stands between',
    'disk:\n  size: 5GiB\n bus: virtio\n',
    '3:2',
    'at column 2, and what stands above it at column 1 or 3;',
  ],
  ['blank lines between', 'limits:\n  total: 1h\n\n   # x\n   stall: 5m\n', '5:4', 'at column 4'],
  [
    'a first line that is indented',
    ' base: x\nname: y\n',
    '2:1',
    '"name: y" begins at column 1, and what stands above it at column 2;',
  ],
  ['an entry of a list', 'media:\n  - cdrom: x\n - cdrom: y\n', '3:2', 'at column 1, 3 or 5;'],
  ['a key of an entry', 'media:\n  - cdrom: x\n   sha256: y\n', '3:4', 'at column 1, 3 or 5;'],
])('a slip of indentation is told once, with the line that has it: %s', (_what, text, place, says) => {
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(new RegExp(`^x\\.yaml:${place}: the indentation is wrong: `)),
  ]);
  expect(problemsOf(text)[0]).toContain(says);
});

it.each([
  ['memory 1GiB\nname: x\n', '1:1: "memory 1GiB" is no key with a value'],
  ['name: x\nmemory:1GiB\nos: debian13\n', '2:1: "memory:1GiB" is no key with a value'],
  ['description: &a x\nname: *b\n', '2:7: nothing before it has the anchor "&b"'],
  ['limits: &a {total: 2h}\nboot-check:\n  <<: *a\n', '3:3 boot-check.<<: templates have no merge keys'],
  ['%YAML 9.9\n---\nname: x\n', '1:7: a template has no directives'],
  ['name: x: y\n', '1:7: a value with ": " in it must stand in quotes'],
  ['name: @x\n', '1:7: a value that begins with @ must stand in quotes'],
  ['name: "x\nos: y\n', '3:1: a quote (") that was opened above is never closed'],
  ['media: [a\nname: x\n', '2:1: a "]" is missing before here'],
  ['disk: {size: 1\nname: x\n', '2:1: a "}" is missing before here'],
  ['variables:\n  a: 1\n  - b\n', '3:3: an entry of a list, "- b", stands among keys'],
])('other slips are told once, in words for who edits a template: %j', (text, says) => {
  expect(problemsOf(text)).toEqual([expect.stringContaining(`x.yaml:${says}`)]);
});
