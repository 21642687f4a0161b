import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintInstallScript } from '../../../../src/build/lint-install-script.ts';
import { RULES_OF } from '../../../../src/install-script/lint/all-rules.ts';
import { type Finding, type LintRule, MISSING } from '../../../../src/install-script/lint/lint-rule.ts';

const project = join(import.meta.dirname, '../../../..');
const folder = join(project, 'fixtures', 'lint');

const rules = new Map<string, Pick<LintRule, 'mend' | 'severity'>>(
  Object.values(RULES_OF)
    .flat()
    .map((rule: { id: string; severity: LintRule['severity']; mend?: unknown }) => [rule.id, rule as never]),
);

async function lint(rule: string, which: 'trips' | 'passes'): Promise<readonly Finding[]> {
  const name = readdirSync(join(folder, rule)).find((file) => file.startsWith(`${which}.`)) ?? 'missing';
  const report = await lintInstallScript(
    { target: join(folder, rule, name) },
    { cwd: project, projectDir: project },
  );
  return report.findings;
}

it('has a folder of scripts for every rule, and a rule for every folder', () => {
  expect(readdirSync(folder).sort()).toEqual([...rules.keys()].sort());
});

describe.each([...rules.keys()])('%s', (rule) => {
  it('is tripped by one script', async () => {
    const found = (await lint(rule, 'trips')).filter((finding) => finding.rule === rule);
    expect(found).not.toEqual([]);
    for (const { line, message, fix } of found) {
      expect(line).toBeGreaterThanOrEqual(MISSING);
      expect(message).not.toBe('');
      expect(fix).not.toBe('');
    }
  });

  it('is not tripped by the other', async () => {
    const found = await lint(rule, 'passes');
    expect(found.filter((finding) => finding.rule === rule)).toEqual([]);
  });
});
