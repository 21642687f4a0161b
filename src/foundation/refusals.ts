import { type KilnError, MediaError, type Problem, PublishError, SpecError, specErrorOf } from './errors.ts';

/** What is wrong with a request, gathered from checks that each would end it, so that all of it is told together. */
export class Refusals {
  readonly #problems: Problem[];
  readonly #errors: KilnError[] = [];

  constructor(problems: readonly Problem[] = []) {
    this.#problems = [...problems];
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /**
   * Runs one check; when it refuses, that is noted and the others go on with `instead`. Errors about anything but the request are thrown.
   * @param where the option it is about, for errors that do not say
   */
  async noted<T>(where: string, check: () => T | Promise<T>, instead: T): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.note(where, error);
      return instead;
    }
  }

  /** What somebody found already; twice is once. */
  note(where: string, error: KilnError): void {
    if (this.#errors.some(({ code, message }) => code === error.code && message === error.message)) return;
    this.#errors.push(error);
    // One that names its place by itself does not name it twice.
    const isNamed = error.message.startsWith(`${where}: `);
    const problem = isNamed ? error.message.slice(where.length + 2) : error.message;
    const found = problemsIn(error) ?? [{ where, problem }];
    this.#problems.push(...found.filter((one) => !this.#problems.some((known) => isSame(one, known))));
  }

  /** Everything as one error; what is the only refusal stays itself, with its own code. */
  errorWith(subject: string, more: readonly Problem[] = []): KilnError {
    const [only, another] = this.#errors;
    const noted = only === undefined ? 0 : (problemsIn(only)?.length ?? 1);
    const isAll = another === undefined && more.length === 0 && this.#problems.length === noted;
    return only !== undefined && isAll ? only : specErrorOf(subject, [...this.#problems, ...more]);
  }
}

/** Of two checks one may end its sentence. */
const isSame = (one: Problem, other: Problem): boolean =>
  one.where === other.where && one.problem.replace(/\.$/, '') === other.problem.replace(/\.$/, '');

const isRefusal = (error: unknown): error is SpecError | MediaError | PublishError =>
  error instanceof SpecError || error instanceof MediaError || error instanceof PublishError;

/** Those of an error made by `specErrorOf`. */
function problemsIn({ details }: KilnError): readonly Problem[] | undefined {
  const { problems } = details;
  return Array.isArray(problems) && problems.every(isProblem) ? problems : undefined;
}

const isProblem = (value: { readonly where?: unknown; readonly problem?: unknown }): boolean =>
  typeof value.where === 'string' && typeof value.problem === 'string';
