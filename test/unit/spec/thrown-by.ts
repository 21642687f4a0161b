import { KilnError } from '../../../src/foundation/errors.ts';

/** The KilnError a promise is rejected with; anything else fails the test. */
export async function thrownBy(promise: Promise<unknown>): Promise<KilnError> {
  const outcome = await promise.then(
    (value) => new Error(`nothing was thrown, the value is ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof KilnError) return outcome;
  throw outcome;
}
