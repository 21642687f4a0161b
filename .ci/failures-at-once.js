/**
 * A vitest reporter: prints what a test says that failed, at its last or only at its first try, as soon as it has ended. Vitest keeps
 * that for its summary, which a run that is ended at its time limit never prints.
 */
export default class FailuresAtOnce {
  onTestCaseResult(test) {
    const { state, errors } = test.result();
    const name = state === 'failed' ? test.fullName : `${test.fullName}, at first`;
    print(name, test.module.moduleId, errors ?? []);
  }

  /** What `beforeAll` and the file itself threw. */
  onTestModuleEnd(module) {
    print('the file itself', module.moduleId, module.errors());
    for (const suite of module.children.allSuites()) print(suite.fullName, module.moduleId, suite.errors());
  }
}

function print(name, file, errors) {
  for (const { stack, message, diff } of errors) {
    console.log(`FAILED: ${name} (${file})`);
    for (const text of [stack ?? message, diff]) if (text) console.log(text);
  }
}
