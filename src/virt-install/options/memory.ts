import { type ComplexOption, words } from './option-table.ts';

export const MEMORY: ComplexOption = {
  name: 'memory',
  positional: ['memory'],
  noneIsNothing: true,
  place: '.',
  list: false,
  rows: [
    ['memory', ''],
    ['currentMemory', ''],
    ['maxMemory', '', { alias: ['hotplugmemorymax'] }],
    ['maxMemory.slots', './maxMemory/@slots', { kind: 'int', alias: ['hotplugmemoryslots'] }],
    ['maxmemory', ''],
    ['hugepages', './memoryBacking/hugepages', { kind: 'flag' }],
  ],
};

export const MEMORYBACKING: ComplexOption = {
  name: 'memorybacking',
  positional: [],
  noneIsNothing: true,
  place: './memoryBacking',
  list: false,
  rows: [
    ['hugepages', './hugepages', { kind: 'flag' }],
    ['hugepages.page#.size', './hugepages/page[#]/@size', { alias: ['size'] }],
    ['hugepages.page#.unit', './hugepages/page[#]/@unit', { alias: ['unit'] }],
    ['hugepages.page#.nodeset', './hugepages/page[#]/@nodeset', { alias: ['nodeset'], commas: true }],
    ['nosharepages', './nosharepages', { kind: 'flag' }],
    ['locked', './locked', { kind: 'flag' }],
    ['access.mode', './access/@mode', { alias: ['access_mode'], values: words('shared private') }],
    ['source.type', './source/@type', { alias: ['source_type'], values: words('file anonymous memfd') }],
    ['discard', './discard', { kind: 'flag' }],
    ['allocation.mode', './allocation/@mode', { values: words('immediate ondemand') }],
    ['allocation.threads', './allocation/@threads', { kind: 'int' }],
  ],
};
