import { expect, it } from 'vitest';
import { badScript } from '../../../src/ipxe/bad-script.ts';
import { parseProbe } from '../../../src/ipxe/capabilities.ts';
import { checkScript } from '../../../src/ipxe/check-script.ts';
import { parseScript } from '../../../src/ipxe/parse-script.ts';

/** As image/script.c and core/exec.c of iPXE do. */
it.each([
  ['a continued line', 'dhcp net0 && goto here || \\\n  shell\n', ['dhcp net0', 'goto here', 'shell']],
  ['a comment after a command', 'dhcp # then && goto x\n', ['dhcp']],
  ['a sign inside a word', 'echo a#b c&&d e;f\n', ['echo a#b c&&d e;f']],
  ['a word that begins with the sign', 'echo a #b || goto x\n', ['echo a']],
  ['a comment that goes on', '# one \\\ngoto x\nshell\n', ['shell']],
  ['a comment that begins on a continued line', 'echo a \\\n #b \\\n c\nshell\n', ['echo a', 'shell']],
  ['commands one after the other', 'dhcp ; goto x ;\n', ['dhcp', 'goto x']],
  ['quotes, which mean nothing', 'echo "a || b"\n', ['echo "a', 'b"']],
  ['a command behind a label', ':x dhcp && goto y # z\n', ['dhcp', 'goto y']],
  ['a backslash before another', 'echo a\\\\\nb\n', ['echo a\\b']],
  ['a word over two lines', 'sh\\\r\nell\r\n', ['shell']],
  ['all kinds of blanks', '\techo\va\f&& shell\n', ['echo a', 'shell']],
])('takes %s as iPXE does', (_, text, commands) => {
  expect(parseScript(`#!ipxe\n${text}`).commands.map(({ words }) => words.join(' '))).toEqual(commands);
});

it('knows labels by the word behind the colon, and where lines begin', () => {
  const { commands, labels } = parseScript(
    '#!ipxe\n# none\n :here shell\n\ndhcp || \\\n  goto here\n:a#b #c\n',
  );
  expect(commands.map(({ line, words }) => [line, ...words])).toEqual([
    [3, 'shell'],
    [5, 'dhcp'],
    [5, 'goto', 'here'],
  ]);
  expect([...labels]).toEqual([
    ['here', [3]],
    ['a#b', [7]],
  ]);
});

it.each([
  ['echo x\n', 1, '#!ipxe'],
  ['#!ipxe\ngoto strat\n:start\n', 2, 'Did you mean "start"?'],
  ['#!ipxe\ngoto\n', 2, 'names no label'],
  ['#!ipxe\n:a\n:a\n', 3, 'already on line 2'],
  ['#!ipxe\nset x ${y\n', 2, 'no closing }'],
  ['#!ipxe\necho \u001b[2J\n', 2, 'control character'],
  ['#!ipxe\necho caf\u00e9\n', 2, 'beyond ASCII'],
  [`#!ipxe\nkernel linux ${'x'.repeat(2100)}\n`, 2, '2047'],
  ['#!ipxe\necho a \\\n caf\u00e9\n', 3, 'beyond ASCII'],
  ['#!ipxe\necho ${a b}\n', 2, 'in its word'],
  ['#!ipxe\n:x chian\n', 2, 'Did you mean "chain"?'],
  ['#!ipxe\necho || \\\n', 2, 'ends in a backslash'],
  ['#!ipxe2\necho x\n', 1, '#!ipxe'],
  ['#!ipxe', 1, 'no line break behind #!ipxe'],
  ['#!ipxe\nchian http://a.example/\n', 2, 'Did you mean "chain"?'],
])('finds the fault of %j', (text, line, problem) => {
  expect(checkScript(text, ['chain', 'echo', 'goto', 'set', 'kernel'])).toContainEqual({
    line,
    problem: expect.stringContaining(problem),
  });
});

it('has nothing to say of comments', () => {
  const text = '#!ipxe\n# caf\u00e9 ${x\nshell # goto nowhere ${x caf\u00e9 || chian\n';
  expect(checkScript(text, ['shell'])).toEqual([]);
});

it('tells of the first findings, and of how many more there are', () => {
  const findings = checkScript(`#!ipxe\n${'goto nowhere\n'.repeat(5000)}goto ${'x'.repeat(5000)}\n`);
  expect(findings).toHaveLength(5001);
  const { message, details } = badScript('a.ipxe', findings);
  expect(message.split('\n')).toHaveLength(22);
  expect(message).toMatch(/\n {2}and 4981 more$/);
  expect(details).toEqual({ findings });
  expect(findings.at(-1)?.problem.length).toBeLessThan(200);
});

it('lets a label that only iPXE knows pass', () => {
  expect(checkScript('#!ipxe\ngoto entry_${pick}\n')).toEqual([]);
});

it('reads what a program says about itself', () => {
  const lines = [
    'SeaBIOS',
    'KILN-PROBE begin 1.0+git pcbios',
    'Available commands:',
    '  chain    dhcp',
    '  sanboot',
    'Type "<command> --help"',
  ];
  const end = ['KILN-PROBE help-end', 'KILN-PROBE scheme https 0x3c092003', 'KILN-PROBE end'];
  expect(parseProbe([...lines, ...end])).toEqual({
    version: '1.0+git',
    platform: 'pcbios',
    commands: ['chain', 'dhcp', 'sanboot'],
    schemes: [],
  });
  const more = ['KILN-PROBE scheme https 0x280a6090', 'KILN-PROBE scheme nfs 0x3c092003'];
  expect(parseProbe([...lines, 'KILN-PROBE help-end', ...more, 'KILN-PROBE end'])?.schemes).toEqual([
    'https',
  ]);
  expect(parseProbe(lines)).toBeUndefined();
});
