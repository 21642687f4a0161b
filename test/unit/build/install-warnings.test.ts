import { expect, it } from 'vitest';
import { warningTexts } from '../../../src/build/install-warnings.ts';

const WARNING = {
  patternId: 'anaconda.log-script',
  meaning: 'a %pre or %post script failed',
  remedy: 'Look.',
  line: 4,
  code: 2,
};

it("names the line of the user's own script, not of the one with what Kiln put in", () => {
  const original = 'poweroff\n%post --log=/root/a.log\nexit 2\n%end\n';
  const text = `text\nbootloader\n${original}`;
  expect(warningTexts([WARNING], { name: 'a.ks', original, text })).toEqual([
    'The install went on although a %pre or %post script failed with exit code 2 (a.ks:2: %post --log=/root/a.log). Look.',
  ]);
});

it.each([
  ['no script of the user', undefined],
  ['a line that Kiln put in', { name: 'a.ks', original: 'poweroff\n', text: 'poweroff\n\n\n%post\n' }],
])('says which line the installer meant where there is %s', (_, script) => {
  expect(warningTexts([WARNING], script)[0]).toContain('(line 4 of the script that the installer got)');
});
