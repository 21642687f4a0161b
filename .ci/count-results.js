/**
 * Adds up vitest's JSON results: `count-results.js FOLDER FAILED_STEPS FILE:PROJECT...` reads what FOLDER/FILE.json says of the tests in
 * test/PROJECT/. Prints "N passed, N failed" as its last line. Failed: tests that failed, were skipped or are still to be written, suites that did
 * not load, parts without a single passed test, and steps that failed without a failing test (lint, types, a deadline).
 */
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const [folder = '', failedSteps = '0', ...parts] = process.argv.slice(2);

const here = join(import.meta.dirname, '..', 'test');

/** Vitest's files of one project; the report itself does not name projects. */
const readPart = (part) => {
  const [file, project] = part.split(':');
  try {
    const report = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));
    return report.testResults.filter(({ name }) => name.startsWith(join(here, project) + sep));
  } catch (error) {
    console.log(`${part}: no results (${error.code ?? error.message})`);
    return undefined;
  }
};

/** Tests that did not pass, by full name with what became of them. */
const notPassed = (files) =>
  files.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status !== 'passed');
    const names = tests.map((test) => `${test.status}: ${test.fullName} (${file.name})`);
    return tests.length === 0 && file.status === 'failed' ? [`did not load: ${file.name}`] : names;
  });

let passed = 0;
let failed = 0;
for (const part of parts) {
  const files = readPart(part);
  const problems = files ? notPassed(files) : ['no results'];
  const good = (files ?? [])
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status === 'passed');
  if (files && good.length === 0) problems.push('not one test passed');
  passed += good.length;
  failed += problems.length;
  for (const problem of problems) console.log(`${part}: ${problem}`);
}
failed = Math.max(failed, Number(failedSteps));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
