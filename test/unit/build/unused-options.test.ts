import { expect, it } from 'vitest';
import { unusedOptionsNote } from '../../../src/build/unused-options.ts';

const OFFLINE = ['netcfg/enable=false', 'apt-setup/use_mirror=false'];
const note = (
  asked: { readonly syslog?: true; readonly variables?: Readonly<Record<string, string>> },
  line: readonly string[] = OFFLINE,
) => unusedOptionsNote({ variables: {}, ...asked }, line, 'debian-offline:trixie');

it('says that a log which was asked for does not come, and what to do', () => {
  expect(note({ syslog: true })).toMatch(
    /^The installer of debian-offline:trixie .*--syslog.*--extra-args netcfg\/enable=true.*\.$/,
  );
});

it('names the variables that no installer without mirror uses', () => {
  const variables = { mirror: 'http://m.example/debian', proxy: 'http://p.example:3128', user: 'me' };
  expect(note({ variables })).toMatch(/not use the variables mirror and proxy\.$/);
  expect(note({ variables: { mirror: '', proxy: 'http://p.example' } })).toMatch(/the variable proxy\.$/);
});

it.each([
  ['nothing of the kind was asked for', {}, OFFLINE],
  ['the installer has the network', { syslog: true }, [...OFFLINE, 'netcfg/enable=true']],
  ['a mirror is asked', { variables: { mirror: 'http://m.example/debian' } }, []],
] as const)('says nothing where %s', (_, asked, line) => {
  expect(note(asked, line)).toBeUndefined();
});
