import { expect, test } from 'vitest';
import { bashCompletion } from '../../../src/cli/completion-bash.ts';
import { fishCompletion } from '../../../src/cli/completion-fish.ts';
import { allCommands, completionTree } from '../../../src/cli/completion-tree.ts';
import { zshCompletion } from '../../../src/cli/completion-zsh.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { recordingIo } from './recording-io.ts';

const tree = completionTree(createProgram(recordingIo(), () => {}));
const commands = allCommands(tree);

test('every command is there, none that is hidden', () => {
  expect(commands.map(({ path }) => path.join(' '))).toEqual([
    'kiln',
    'kiln build',
    'kiln plan',
    'kiln lint',
    'kiln doctor',
    'kiln publish',
    'kiln publish glance',
    'kiln publish cinder',
    'kiln publish ironic',
    'kiln publish http',
    'kiln publish undeploy',
    'kiln publish check',
    'kiln publish serve',
    'kiln ipxe',
    'kiln ipxe iso',
    'kiln ipxe check',
    'kiln ipxe menu',
    'kiln ipxe menu export',
    'kiln ipxe menu verify',
    'kiln ipxe serve',
    'kiln builds',
    'kiln builds list',
    'kiln builds show',
    'kiln builds report',
    'kiln builds logs',
    'kiln builds screenshot',
    'kiln builds console',
    'kiln builds attach',
    'kiln builds resume',
    'kiln builds stop',
    'kiln builds serve',
    'kiln builds clean',
    'kiln media',
    'kiln media inspect',
    'kiln media fetch',
    'kiln media bootstrap',
    'kiln media cache',
    'kiln media cache ls',
    'kiln media cache verify',
    'kiln media cache prune',
    'kiln os',
    'kiln os list',
    'kiln os show',
    'kiln completion',
  ]);
});

test('options that would take a password are not offered', () => {
  const flags = commands.flatMap(({ options }) => options.flatMap((option) => option.flags));
  expect(flags).toContain('--root-password-file');
  expect(flags).not.toContain('--root-password');
});

test.each([
  ['--cdrom', { kind: 'file' }],
  ['--import', { kind: 'file' }],
  ['--output', { kind: 'folder' }],
  ['--firmware', { kind: 'words', words: ['uefi', 'bios'] }],
  ['--on-error', { kind: 'words', words: ['abort', 'keep', 'ask'] }],
  ['--memory', { kind: 'free' }],
  ['--os', { kind: 'os' }],
  ['--os-variant', { kind: 'os' }],
  ['--force', undefined],
])('%s is completed with %j', (flag, value) => {
  const build = commands.find(({ path }) => path.join(' ') === 'kiln build');
  expect(build?.options.find(({ flags }) => flags.includes(flag))?.value).toEqual(value);
});

test.each([
  ['kiln build', { kind: 'templates' }],
  ['kiln lint', { kind: 'templates' }],
  ['kiln ipxe check', { kind: 'file' }],
  ['kiln ipxe menu export', { kind: 'folder' }],
  ['kiln publish serve', { kind: 'folder' }],
  ['kiln builds show', { kind: 'builds' }],
  ['kiln builds stop', { kind: 'running-builds' }],
  ['kiln builds resume', { kind: 'resumable-builds' }],
])('the argument of %s is completed with %j', (name, value) => {
  expect(commands.find(({ path }) => path.join(' ') === name)?.argument).toEqual(value);
});

test.each([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
] as const)('%s knows every option', (shell, generate) => {
  const script = generate(tree);
  for (const flag of commands.flatMap(({ options }) => options.flatMap(({ flags }) => flags))) {
    const written = shell === 'fish' ? flag.replace(/^--/, '-l ').replace(/^-(?=.$)/, '-s ') : flag;
    expect(script).toContain(written);
  }
});
