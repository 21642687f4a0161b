import { expect, test } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (text: string) =>
  lintScript({ text, kind: 'user-script', target: {} })
    .filter(({ rule }) => rule === 'user-script.shell-syntax')
    .map(({ line }) => line);

const OPEN_IF = 'if true; then\n  echo yes\npoweroff\n';
const OPEN_QUOTE = 'echo "configuring\npoweroff\n';

test.each(['#!/bin/sh', '#!/bin/sh -e', '#!/bin/bash', '#!/usr/bin/env bash', '#!/bin/dash', '#!/bin/ash'])(
  'a script of %s that the shell cannot read is told with a line of it',
  (first) => {
    for (const text of [OPEN_IF, OPEN_QUOTE, 'x=$(ls\npoweroff\n']) {
      const lines = found(`${first}\n${text}`);
      expect(lines, text).toHaveLength(1);
      expect(lines[0]).toBeLessThanOrEqual(4);
    }
  },
);

test.each([
  ['of another program', `#!/usr/bin/python3\n${OPEN_IF}`],
  ['of a shell that is not here', `#!/bin/zsh\n${OPEN_IF}`],
  ['whole', '#!/bin/sh\nif true; then echo yes; fi\npoweroff\n'],
  ['in the words of bash, which may be the guest’s sh', '#!/bin/sh\nnames=(one two)\npoweroff\n'],
  ['with data behind its end', '#!/bin/sh\nif true; then\n  exit 1\nfi\npoweroff\nexit 0\n"(\n'],
  ['with patterns of bash', '#!/bin/bash\nshopt -s extglob\nrm -f !(one|two)\npoweroff\n'],
])('a script %s is not', (_what, text) => {
  expect(found(text)).toEqual([]);
});
