/**
 * count.js REPORT STATUS: counts what a guest's tests did and prints each failure, from the report of vitest's json reporter and the
 * exit status of the guest. The last line is `N passed, N failed, N skipped`.
 * A run that failed in another way (a leak, no report) counts as one failure.
 */
import { readFileSync } from 'node:fs';

const [report, status] = process.argv.slice(2);
const failures = [];
let passed = 0;
let skipped = 0;
try {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const tests = file.assertionResults;
    passed += tests.filter((test) => test.status === 'passed').length;
    skipped += tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').length;
    const failed = tests.filter((test) => test.status === 'failed');
    failures.push(...failed.map((test) => `${file.name} > ${test.fullName}: ${test.failureMessages.join('\n')}`));
    if (file.status === 'failed' && failed.length === 0) failures.push(`${file.name}: ${file.message}`);
  }
} catch (error) {
  failures.push(`no report of the tests came back: ${error.message}`);
}
if (status !== '0' && failures.length === 0)
  failures.push(`every test passed, yet the run ended with status ${status}`);
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${passed} passed, ${failures.length} failed, ${skipped} skipped`);
