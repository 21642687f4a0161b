import { expect, it } from 'vitest';
import { RULES_OF } from '../../../src/install-script/lint/all-rules.ts';
import { generatedPart, markdownTable } from '../../support/generated-docs.ts';

it('docs/lint.md lists every rule', async () => {
  const all = Object.values(RULES_OF).flatMap((rules) =>
    rules.map(({ id, severity, about, mend }) =>
      [`\`${id}\``, severity, about, mend ? 'yes' : ''].join('\t'),
    ),
  );
  const besides = [
    [
      'script.encoding',
      'UTF-16, CRLF (but for AutoYaST and autoinstall), a byte order mark, or bytes that are not UTF-8',
    ],
    [
      'script.unknown-placeholder',
      'a placeholder nobody gave a value for, or one for another kind of script',
    ],
    ['script.bad-value', 'a variable whose value would not stay in its place'],
    ['script.wrong-kind', "a script of a kind that the system's installer does not read"],
    [
      'spec.invalid',
      'what a plan refuses in the template and in `--var`: a variable that the script does not ask for, a disk below what the system needs …',
    ],
    ['script.bad-option', 'a variable that means the same for all scripts has a value that cannot be used'],
  ].map(([id, about]) => [`\`${id}\``, 'error', about, ''].join('\t'));
  const rows = [...new Set([...all, ...besides])].sort().map((row) => row.split('\t'));
  const table = markdownTable([['rule', 'severity', 'what is wrong', 'put in by itself'], ...rows]);
  const { written, wanted } = await generatedPart('docs/lint.md', 'rules', table);
  expect(written).toBe(wanted);
});
