import { describe, expect, it } from 'vitest';
import { appendBeforeEnding, appendCommand } from '../../../src/install-script/edit/user-script-edits.ts';
import { markerCommand } from '../../../src/install-script/marker.ts';
import { placeholdersIn, renderScript } from '../../../src/install-script/render-script.ts';
import { scriptValues } from '../../../src/install-script/script-values.ts';
import {
  commandLines,
  endsGuest,
  haltsGuest,
  parseUserScript,
} from '../../../src/install-script/user-script-document.ts';

const DOLLAR = '$';
const script = (...lines: readonly string[]): string => ['#!/bin/sh', ...lines, ''].join('\n');

describe('parseUserScript', () => {
  it('tells commands from comments and from what commands are given', () => {
    const text = script('one <<A; two <<-"B"', 'x', 'A', 'y', '\tB', '  # no', '', 'three <<< word');
    expect(commandLines(parseUserScript(text)).map(({ lineNumber }) => lineNumber)).toEqual([2, 9]);
    expect(parseUserScript(text).open).toBe(false);
    expect(parseUserScript(script('cat <<E', 'E2')).open).toBe(true);
  });

  it.each([
    ['#!/bin/sh', true],
    ['#! /usr/bin/env -S bash -e', true],
    ['#!/bin/busybox ash', true],
    ['#!/usr/bin/python3', false],
  ])('%s: a shell: %s', (line, shell) => {
    expect(parseUserScript(`${line}\n`).shell).toBe(shell);
  });

  it.each([
    'poweroff',
    '/sbin/poweroff -f',
    'sync; poweroff',
    'true && systemctl --no-wall poweroff',
    'if true; then reboot; fi',
    'shutdown -h now',
    'shutdown -P +1',
    'init 0',
    'halt -p',
    'halt --poweroff',
  ])('%s ends the guest', (line) => {
    const document = parseUserScript(script(line));
    const [command] = commandLines(document);
    expect(command && [endsGuest(document, command), haltsGuest(document, command)]).toEqual([true, false]);
  });

  it.each(['echo poweroff', 'shutdown -c', 'rm poweroff.target', 'systemctl mask poweroff.target'])(
    '%s does not',
    (line) => {
      const document = parseUserScript(script(line));
      expect(commandLines(document).some((command) => endsGuest(document, command))).toBe(false);
    },
  );

  it.each(['halt', 'sync && systemctl halt', 'shutdown -H now'])('%s leaves it on', (line) => {
    const document = parseUserScript(script(line));
    expect(commandLines(document).filter((command) => haltsGuest(document, command))).toHaveLength(1);
  });
});

describe('what Kiln puts in', () => {
  it('stands before the last command when that ends the guest, else behind everything', () => {
    expect(appendBeforeEnding(script('a', 'poweroff'), 'X')).toBe(script('a', 'X', 'poweroff'));
    expect(appendBeforeEnding(script('a', '# b'), 'X')).toBe(script('a', '# b', 'X'));
    expect(appendCommand('#!/bin/sh\na', 'X')).toBe(script('a', 'X'));
  });

  it.each([
    ['the guest may end earlier', script('test -e x || poweroff', 'a')],
    ['the ending hangs on a condition', script('a', 'test -e x && poweroff')],
    ['nothing runs behind it', script('a', 'exit 0')],
    ['the last command goes on', script('a \\')],
    ['a here-document is open', script('cat <<E')],
    ['no shell reads it', '#!/usr/bin/python3\nprint(1)\n'],
  ])('has no safe place where %s', (_, text) => {
    expect(appendBeforeEnding(text, 'X')).toBeUndefined();
  });
});

describe('values', () => {
  const values = (media: 'cdrom' | 'import') =>
    scriptValues({
      name: 'x',
      kind: 'user-script',
      media,
      token: 'tok',
      variables: {},
      passwordHash: '$6$a$b',
    });

  it('the marker goes to /target, or into the imported system itself', () => {
    expect(markerCommand({ kind: 'user-script', token: 't', media: 'cdrom' })).toContain(
      'echo t > /target/var/lib/kiln/installed',
    );
    expect(markerCommand({ kind: 'user-script', token: 't', media: 'import' })).toContain(
      'echo t > /var/lib/kiln/installed',
    );
    expect(values('cdrom').plain.get('clean_command')).toContain('/target/etc/ssh/ssh_host_*');
    expect(values('import').plain.get('clean_command')).toContain('rm -f /etc/ssh/ssh_host_*');
  });

  it('everything else of the script passes byte for byte', () => {
    const text = script(
      `echo "$$ $HOME ${DOLLAR}{x} {{.State}}"`,
      '# {{hostname}}',
      'echo {{hostname}} {{root_password_hash}}',
    );
    expect(placeholdersIn(text, 'user-script')).toHaveLength(2);
    const made = renderScript({ text, kind: 'user-script', values: values('cdrom') });
    expect(made.text).toBe(text.replace('echo {{hostname}} {{root_password_hash}}', 'echo x $6$a$b'));
    expect(made.redactedText).not.toContain('$6$');
  });
});
