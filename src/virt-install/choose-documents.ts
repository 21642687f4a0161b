import { specErrorOf } from '../foundation/errors.ts';

/** The documents that `--print-xml STEP` means, of one or two. @throws SpecError `spec.invalid` when there is no second */
export function chooseDocuments(documents: readonly string[], step: string): readonly string[] {
  if (step === 'all') return documents;
  const chosen = documents[Number(step) - 1];
  if (chosen !== undefined) return [chosen];
  const problem = 'this guest is not installed first, so there is no step 2; leave the step out';
  throw specErrorOf('The command line', [{ where: `--print-xml ${step}`, problem }]);
}
