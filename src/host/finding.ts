import { CancelledError, KilnError } from '../foundation/errors.ts';
import { asKilnError } from '../foundation/system-error.ts';

/** One thing `kiln doctor` looked at. */
export type Finding = {
  /** Stable, for programs: `accelerator`, `package.xorriso`. */
  readonly id: string;
  /** `warn`: builds work, with the drawback `what` names. `fail`: builds, or some of them, cannot work. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, one sentence. */
  readonly what: string;
  /** What to do about it, where there is something. */
  readonly fix?: string;
};

/** What an examination found; where the machine refuses it, that is the finding, so that the others are told too. */
export async function examined(
  id: string,
  examination: Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examination;
  } catch (thrown) {
    const error = asKilnError(thrown);
    if (!(error instanceof KilnError) || error instanceof CancelledError) throw thrown;
    return [{ id, status: 'fail', what: error.message }];
  }
}
