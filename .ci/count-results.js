/**
 * Adds up vitest's JSON results: `count-results.js FOLDER FAILED_STEPS PART...` reads FOLDER/PART.json. Prints
 * "N passed, N failed" as its last line. Failed: tests that failed, were skipped or are still to be written, suites that did
 * not load, parts without a single passed test, and steps that failed without a failing test (lint, types, a deadline).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', failedSteps = '0', ...parts] = process.argv.slice(2);

const readPart = (part) => {
  try {
    return JSON.parse(readFileSync(join(folder, `${part}.json`), 'utf8'));
  } catch (error) {
    console.log(`${part}: no results (${error.code ?? error.message})`);
    return undefined;
  }
};

/** Tests that did not pass, by full name with what became of them. */
const notPassed = (report) =>
  report.testResults.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status !== 'passed');
    const names = tests.map((test) => `${test.status}: ${test.fullName} (${file.name})`);
    return tests.length === 0 && file.status === 'failed' ? [`did not load: ${file.name}`] : names;
  });

let passed = 0;
let failed = 0;
for (const part of parts) {
  const report = readPart(part);
  const problems = report ? notPassed(report) : ['no results'];
  if (report && report.numPassedTests === 0) problems.push('not one test passed');
  passed += report?.numPassedTests ?? 0;
  failed += problems.length;
  for (const problem of problems) console.log(`${part}: ${problem}`);
}
failed = Math.max(failed, Number(failedSteps));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
