import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lintInstallScript } from '../../../src/build/lint-install-script.ts';

const projectDir = join(import.meta.dirname, '../../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-lint-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function errorsOf(name: string, text: string, variables: Record<string, string> = {}) {
  await writeFile(join(folder, name), text);
  const report = await lintInstallScript({ target: `./${name}`, variables }, { cwd: folder, projectDir });
  return report.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, line, message }) => [rule, line, message]);
}

const head = '# kiln: os=rocky9\nrootpw --lock\nclearpart --all\nautopart\n';

it('a placeholder without a value is the error it is for a build', async () => {
  const script = `${head}%post\necho {{hostnam}} {{ world }}\n%end\n`;
  expect(await errorsOf('a.ks', script)).toEqual([
    ['script.unknown-placeholder', 6, '{{hostnam}} has no value. Did you mean "hostname"?'],
    ['script.unknown-placeholder', 6, '{{world}} has no value'],
  ]);
  expect(await errorsOf('a.ks', script, { hostnam: 'a', world: 'b' })).toEqual([]);
});

it('a placeholder for another kind of script is told as that', async () => {
  expect(await errorsOf('d.ks', `${head.replace('autopart\n', '')}{{storage_value}}\n`)).toContainEqual([
    'script.unknown-placeholder',
    4,
    '{{storage_value}} is for autoinstall, not for kickstart',
  ]);
});

it('a value that would not stay in its place is one too', async () => {
  const script = `${head}network --hostname={{h}}\n`;
  expect(await errorsOf('b.ks', script, { h: 'web1' })).toEqual([]);
  expect(await errorsOf('b.ks', script, { h: 'a --ip=1.2.3.4' })).toEqual([
    ['script.bad-value', 5, expect.stringContaining('{{h}}: its value makes more or fewer words')],
  ]);
});

it("a script may ask for what the template of its system gives, as the build's does", async () => {
  const answers = '  user-data: {disable_root: false}\n  source: {id: "{{source_id}}"}\n';
  const script = `#cloud-config\n# kiln: os=ubuntu24.04\nautoinstall:\n  version: 1\n${answers}`;
  expect(await errorsOf('c.yaml', script)).toEqual([]);
});
