import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCli, compileCli } from '../../support/compiled-cli.ts';

let cli: CompiledCli;
beforeAll(async () => {
  cli = await compileCli();
});
afterAll(() => cli?.remove());

const fixtures = join(import.meta.dirname, '../../../fixtures/lint');

test('an error ends with 2, and each finding has line, rule and remedy', async () => {
  const script = join(fixtures, 'kickstart.removed-command', 'trips.ks');
  const ended = await cli.run(['lint', script]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toMatch(/trips\.ks:2: error: .*\[kickstart\.removed-command\]\n {4}\S/);
  const older = await cli.run(['lint', script, '--os', 'rhel6.4']);
  expect(older.stdout).not.toContain('[kickstart.removed-command]');
});

test('a good script ends with 0, as JSON too', async () => {
  const ended = await cli.run(['lint', join(fixtures, 'preseed.halts', 'passes.preseed'), '--json']);
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout)).toEqual([
    expect.objectContaining({ kind: 'preseed', os: 'debian13', findings: [] }),
  ]);
});

test('what a build puts in by itself is a warning, and with --no-edit the error it is for such a build', async () => {
  const script = join(fixtures, 'kickstart.no-ending', 'trips.ks');
  const ended = await cli.run(['lint', script]);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/[^\d]: warning: .*\[kickstart\.no-ending\]\n.*--fix does it/);
  const strict = await cli.run(['lint', script, '--no-edit', '--json']);
  expect(strict.code).toBe(2);
  expect(JSON.parse(strict.stdout)[0].findings).toContainEqual(
    expect.objectContaining({ rule: 'kickstart.no-ending', severity: 'error', mendable: true }),
  );
  const both = await cli.run(['lint', script, '--no-edit', '--fix']);
  expect(both).toMatchObject({ code: 2 });
  expect(both.stderr).toContain('[options.invalid]');
});

test('an open quote is named where it stands, and nobody promises to mend what it swallows', async () => {
  const path = join(cli.folder, 'open.preseed');
  const good = await readFile(join(fixtures, 'preseed.bad-boolean', 'passes.preseed'), 'utf8');
  const line = 'd-i preseed/late_command string true; \\\n  echo "open\n';
  await writeFile(path, good.replace(/^d-i preseed\/late_command.*\n/m, line));
  const ended = await cli.run(['lint', path]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toMatch(/open\.preseed:17: error: .*quote.*\[preseed\.open-quote\]/);
  expect(ended.stdout).toMatch(/open\.preseed:17: error: .*open quote \("\).*\[script\.no-marker\]/);
  expect(ended.stdout).not.toContain('--fix does it');
});

test('a word that a question of debian-installer does not take is named', async () => {
  const ended = await cli.run(['lint', join(fixtures, 'preseed.bad-value', 'trips.preseed')]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toMatch(/:9: error: .*"reguler".*\n +write regular\n/);
  expect(ended.stdout).toMatch(/:10: error: .*"atomik".*\n +write atomic\n/);
});

test.each([
  [
    'UTF-16',
    Buffer.from('\ufeffposition', 'utf16le'),
    /bad\.ks:1: error: the file is UTF-16 \[.*\n +save it as UTF-8\n/,
  ],
  [
    'CRLF',
    Buffer.from('lang C\npoweroff\r\n'),
    /bad\.ks:2: error: the file ends in CRLF,.*\[.*\n +convert it/,
  ],
])('%s is a finding, with its place told once', async (_, content, says) => {
  const path = join(cli.folder, 'bad.ks');
  await writeFile(path, content);
  const ended = await cli.run(['lint', path]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toContain('[script.encoding]');
  expect(ended.stdout).toMatch(says);
});

test('--fix writes what is missing and shows it', async () => {
  const path = join(cli.folder, 'fix.ks');
  await copyFile(join(fixtures, 'kickstart.no-ending', 'trips.ks'), path);
  const ended = await cli.run(['lint', '--fix', path]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).not.toContain('(as run)');
  expect(ended.stdout).toContain('+poweroff');
  expect(await readFile(path, 'utf8')).toMatch(/^poweroff$/m);
});

test('a plan shows what is put in, and refuses it with --no-edit', async () => {
  const script = join(fixtures, 'kickstart.no-ending', 'trips.ks');
  const iso = 'http://127.0.0.1:9/planned.iso';
  const words = ['plan', script, '--os', 'fedora42', '--cdrom', iso, '--virt-type', 'tcg'];
  const ended = await cli.run(words);
  expect(ended.stdout).toContain('Added to the install script:');
  expect(ended.stdout).toContain('+poweroff');
  const refused = await cli.run([...words, '--no-edit']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('[script.lint]');
});

test('a recipe is held against the disk that a build makes, or one of the size that is told', async () => {
  const script = join(fixtures, 'preseed.recipe-too-large', 'trips.preseed');
  const ended = await cli.run(['lint', script]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toMatch(
    /trips\.preseed:12: error: .*53073 MB .*\/srv.*4294 MB \(4\.0 GiB\).*\[preseed\.recipe-too-large\]/,
  );
  expect(await cli.run(['lint', script, '--disk', 'size=60'])).toMatchObject({ code: 0 });
  const wrong = await cli.run(['lint', script, '--disk', 'much']);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain('[options.invalid]');
});

test('words that a plan refuses end with 2 here as well', async () => {
  const mistyped = await cli.run(['lint', 'debian-13-jeos', '--var', 'locael=de_DE.UTF-8']);
  expect(mistyped).toMatchObject({ code: 2, stderr: '' });
  expect(mistyped.stdout).toMatch(
    /^--var: error: no \{\{locael\}\} .*"locale".* \[spec\.invalid\]\n +correct it there/,
  );
  const foreign = await cli.run(['lint', 'debian-13-jeos', '--os', 'fedora42', '--json']);
  expect(foreign.code).toBe(2);
  expect(JSON.parse(foreign.stdout)[0].findings).toContainEqual(
    expect.objectContaining({ rule: 'script.wrong-kind', severity: 'error', line: 0 }),
  );
  const small = await cli.run(['lint', 'rocky-9', '--disk', '1']);
  expect(small.code).toBe(2);
  expect(small.stdout).toMatch(/^--disk: error: 1\.0 GiB is too small; .*\[spec\.invalid\]/);
});
