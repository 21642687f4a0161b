import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const sectionErrors = (text: string, os = 'fedora42') =>
  lintScript({ text, kind: 'kickstart', target: { os } }).filter(({ rule }) =>
    /section|end$|unknown-command|include/.test(rule),
  );

it('closes a section with an indented %end, and opens it with an indented header', () => {
  expect(sectionErrors('  %post\necho\n  %end\nlang en_US.UTF-8\n')).toEqual([]);
});

it('tells a section that swallows the next one with both lines', () => {
  expect(sectionErrors('lang en_US.UTF-8\n%post\necho\n%packages\n@core\n%end\n')).toMatchObject([
    {
      ...{ rule: 'kickstart.unclosed-section', severity: 'error', line: 2, fix: 'add the line: %end' },
      message: 'section %post has no %end before %packages in line 4, where the installer stops',
    },
  ]);
});

it('tells a mistyped %end with its line', () => {
  expect(sectionErrors('%packages\n@core\n%endd\n%post\necho\n%end\n')).toMatchObject([
    { rule: 'kickstart.unclosed-section', line: 1, fix: 'in line 3 write %end, not %endd' },
  ]);
});

it.each(['rhel5.9', 'rhel6.4'])('lets a section of %s end where the next begins', (os) => {
  const text = '%packages\n@core\n%post\necho one\n%post\necho two\n';
  expect(sectionErrors(text, os)).toEqual([]);
});

it('takes files that the installer brings along for an %include', () => {
  expect(sectionErrors('%include /usr/share/anaconda/interactive-defaults.ks\n')).toEqual([]);
});
